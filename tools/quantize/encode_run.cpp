#include "tools/quantize/encode_run.hpp"

#include <algorithm>
#include <memory>

namespace gosset::quantize {

namespace {

template <class T>
std::span<const uint8_t> bytes_of(const T& values) {
    return {reinterpret_cast<const uint8_t*>(values.data()),
            values.size() * sizeof(*values.data())};
}

}  // namespace

EncodeRun::EncodeRun(std::vector<TensorEncoder> encoders, ModelWriter& writer,
                     Checkpoint* checkpoint, const Options& options)
    : encoders_(std::move(encoders)),
      states_(encoders_.size()),
      writer_(writer),
      checkpoint_(checkpoint),
      options_(options) {
    for (const TensorEncoder& e : encoders_) total_ += e.plan().weights();
    if (!checkpoint_) return;
    for (const FinishedTensor& t : checkpoint_->finished()) {
        states_[t.tensor].finished = t;
        states_[t.tensor].complete = true;
        done_ += encoders_[t.tensor].plan().weights();
    }
}

std::vector<size_t> EncodeRun::missing(const std::vector<size_t>& tensors) const {
    std::vector<size_t> rest;
    std::copy_if(tensors.begin(), tensors.end(), std::back_inserter(rest),
                 [&](size_t t) { return !states_[t].complete; });
    return rest;
}

Status EncodeRun::run(const std::vector<size_t>& tensors) {
    std::vector<TaskShape> shapes;
    for (size_t t : tensors) {
        const TensorPlan& plan = encoders_[t].plan();
        // A vector is one piece.
        const uint64_t rows = plan.codec ? encoders_[t].chunk_rows() : plan.rows;
        shapes.push_back({plan.rows, rows, encoders_[t].needs_fit()});
        states_[t].sums.resize(size_t((plan.rows + rows - 1) / rows));
        states_[t].chunks = states_[t].sums.size();
    }
    std::vector<Task> tasks = schedule(shapes);
    for (Task& task : tasks) task.tensor = tensors[task.tensor];
    Gate fitted(encoders_.size());
    return run_tasks(tasks, options_.threads, fitted, [&] {
        auto scratch = std::make_shared<EncodeScratch>();
        return [this, &fitted, scratch](const Task& task) {
            return work(task, fitted, *scratch)
                .in("tensor '" + encoders_[task.tensor].plan().info.name + "'");
        };
    });
}

Status EncodeRun::work(const Task& task, Gate& fitted, EncodeScratch& scratch) {
    TensorEncoder& encoder = encoders_[task.tensor];
    State& state = states_[task.tensor];
    if (task.fit) {
        GOSSET_TRY(encoder.fit(scratch));
        fitted.open(task.tensor);
        return {};
    }
    if (encoder.needs_fit() && !fitted.wait(task.tensor)) return fitted.status();
    GOSSET_TRY(encoder.encode(task.begin, task.count, scratch, state.sums[task.chunk]));
    GOSSET_TRY(write(task, scratch));
    if (--state.chunks == 0) GOSSET_TRY(complete(task.tensor));
    return report(task);
}

Status EncodeRun::write(const Task& task, const EncodeScratch& scratch) {
    const TensorPlan& plan = encoders_[task.tensor].plan();
    if (!plan.codec) return writer_.write(task.tensor, 0, 0, scratch.codes);
    const uint64_t codes_before = codes_size(*plan.codec, task.begin, plan.stored_cols);
    GOSSET_TRY(writer_.write(task.tensor, 0, codes_before, scratch.codes));
    if (plan.codec->scale == ScaleKind::none) return {};
    return writer_.write(task.tensor, 1, 2 * task.begin, bytes_of(scratch.row_scales));
}

/// All chunks are written: the rest of the tensor.
Status EncodeRun::complete(size_t tensor) {
    State& state = states_[tensor];
    const TensorPlan& plan = encoders_[tensor].plan();
    const Tables& tables = encoders_[tensor].tables();
    if (plan.codec && plan.codec->params_bytes)  // the last segment (plan.cpp)
        GOSSET_TRY(writer_.write(tensor, plan.info.segments.size() - 1, 0,
                                 {tables.params, plan.codec->params_bytes}));
    state.finished.tensor = tensor;
    std::copy(std::begin(tables.scale), std::end(tables.scale), state.finished.table.begin());
    for (const SquaredError& s : state.sums)  // in their order, whoever was first
        state.finished.error += s.error, state.finished.energy += s.energy;
    state.complete = true;
    return checkpoint_ ? checkpoint_->add(state.finished) : Status();
}

Status EncodeRun::report(const Task& task) {
    const std::lock_guard lock(progress_mutex_);
    const TensorPlan& plan = encoders_[task.tensor].plan();
    done_ += task.count * plan.cols;
    if (options_.progress &&
        !options_.progress({"quantize", plan.info.name.c_str(), done_, total_}))
        return aborted("stopped on request");
    return {};
}

Status EncodeRun::describe() {
    for (size_t t = 0; t < encoders_.size(); t++) {
        const TensorPlan& plan = encoders_[t].plan();
        if (plan.codec && plan.codec->scale != ScaleKind::none)
            GOSSET_TRY(writer_.set_param(t, "table", bytes_of(states_[t].finished.table)));
        writer_.set_measured(t, float(rel_mse(t)));
    }
    return {};
}

double EncodeRun::rel_mse(size_t tensor) const {
    const FinishedTensor& f = states_[tensor].finished;
    return f.energy > 0 ? f.error / f.energy : 0.0;
}

}  // namespace gosset::quantize
