#include "tools/quantize/pipeline.hpp"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "format/reader.hpp"
#include "format/writer.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/calibrated_batch.hpp"
#include "tools/quantize/tensor_encoder.hpp"
#include "tools/quantize/work_list.hpp"

namespace gosset::quantize {

namespace {

template <class T>
std::span<const uint8_t> bytes_of(const T& values) {
    return {reinterpret_cast<const uint8_t*>(values.data()),
            values.size() * sizeof(*values.data())};
}

class Pipeline {
  public:
    Pipeline(std::vector<TensorEncoder> encoders, ModelWriter& writer, const Options& options)
        : encoders_(std::move(encoders)),
          sums_(encoders_.size()),
          writer_(writer),
          options_(options) {
        for (const TensorEncoder& e : encoders_) total_ += e.plan().weights();
    }

    /// Encodes and writes these tensors (ascending).
    Status run(const std::vector<size_t>& tensors);
    /// When all are written: tables and errors into the file's description.
    Status describe();
    /// Sums of a tensor over its chunks, in their order.
    SquaredError error(size_t tensor) const;
    std::vector<TensorEncoder>& encoders() { return encoders_; }

  private:
    Status work(const Task& task, Gate& fitted, EncodeScratch& scratch);
    Status write(const Task& task, const EncodeScratch& scratch);
    Status report(const Task& task);

    std::vector<TensorEncoder> encoders_;
    std::vector<std::vector<SquaredError>> sums_;  ///< [tensor][chunk]
    ModelWriter& writer_;
    const Options& options_;
    std::mutex progress_mutex_;
    uint64_t done_ = 0, total_ = 0;
};

Status Pipeline::run(const std::vector<size_t>& tensors) {
    std::vector<TaskShape> shapes;
    for (size_t t : tensors) {
        const TensorPlan& plan = encoders_[t].plan();
        // A vector is one piece.
        const uint64_t rows = plan.codec ? encoders_[t].chunk_rows() : plan.rows;
        shapes.push_back({plan.rows, rows, encoders_[t].needs_fit()});
        sums_[t].resize(size_t((plan.rows + rows - 1) / rows));
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

Status Pipeline::describe() {
    for (size_t t = 0; t < encoders_.size(); t++) {
        const TensorPlan& plan = encoders_[t].plan();
        const Tables& tables = encoders_[t].tables();
        if (plan.codec && plan.codec->scale != ScaleKind::none)
            GOSSET_TRY(writer_.set_param(t, "table", bytes_of(std::span(tables.scale))));
        if (plan.codec && plan.codec->params_bytes)  // the last segment (plan.cpp)
            GOSSET_TRY(writer_.write(t, plan.info.segments.size() - 1, 0,
                                     {tables.params, plan.codec->params_bytes}));
        const SquaredError sum = error(t);
        writer_.set_measured(t, sum.energy > 0 ? float(sum.error / sum.energy) : 0.0f);
    }
    return {};
}

Status Pipeline::work(const Task& task, Gate& fitted, EncodeScratch& scratch) {
    TensorEncoder& encoder = encoders_[task.tensor];
    if (task.fit) {
        GOSSET_TRY(encoder.fit(scratch));
        fitted.open(task.tensor);
        return {};
    }
    if (encoder.needs_fit() && !fitted.wait(task.tensor)) return fitted.status();
    GOSSET_TRY(encoder.encode(task.begin, task.count, scratch, sums_[task.tensor][task.chunk]));
    GOSSET_TRY(write(task, scratch));
    return report(task);
}

Status Pipeline::write(const Task& task, const EncodeScratch& scratch) {
    const TensorPlan& plan = encoders_[task.tensor].plan();
    if (!plan.codec) return writer_.write(task.tensor, 0, 0, scratch.codes);
    const uint64_t codes_before = codes_size(*plan.codec, task.begin, plan.stored_cols);
    GOSSET_TRY(writer_.write(task.tensor, 0, codes_before, scratch.codes));
    if (plan.codec->scale == ScaleKind::none) return {};
    return writer_.write(task.tensor, 1, 2 * task.begin, bytes_of(scratch.row_scales));
}

Status Pipeline::report(const Task& task) {
    const std::lock_guard lock(progress_mutex_);
    const TensorPlan& plan = encoders_[task.tensor].plan();
    done_ += task.count * plan.cols;
    if (options_.progress &&
        !options_.progress({"quantize", plan.info.name.c_str(), done_, total_}))
        return aborted("stopped on request");
    return {};
}

SquaredError Pipeline::error(size_t tensor) const {
    SquaredError sum;
    for (const SquaredError& s : sums_[tensor]) sum.error += s.error, sum.energy += s.energy;
    return sum;
}

/// Reads the finished file back, every byte.
Status verify_file(const std::string& path, const ProgressFn& progress) {
    GOSSET_ASSIGN(const ModelFile file, ModelFile::open(path));
    return file.verify([&](uint64_t done, uint64_t total) {
        return !progress || progress({"verify", "", done, total});
    });
}

Report make_report(const Pipeline& pipeline, const std::vector<TensorPlan>& plan) {
    Report report;
    uint64_t bytes = 0;
    for (size_t t = 0; t < plan.size(); t++) {
        TensorReport r;
        r.name = plan[t].info.name, r.codec = plan[t].info.codec;
        r.rotated = !plan[t].info.rotation.none();
        r.weights = plan[t].weights(), r.bytes = plan[t].bytes();
        r.bpw = 8.0 * double(r.bytes) / double(r.weights);
        const SquaredError sum = pipeline.error(t);
        r.rel_mse = sum.energy > 0 ? sum.error / sum.energy : 0.0;
        report.weights += r.weights, bytes += r.bytes;
        report.tensors.push_back(std::move(r));
    }
    report.bpw = 8.0 * double(bytes) / double(report.weights);
    return report;
}

}  // namespace

Result<Report> quantize_model(const ModelSource& source, const std::string& out,
                              const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    if (options.threads < 1) return invalid_argument("at least one thread is needed");
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    GOSSET_ASSIGN(const std::vector<TensorPlan> plan, make_plan(source, options.plan));

    ModelDescription description{source.config(), source.tokenizer(), {}, options.provenance};
    HadamardSet tables;
    std::vector<TensorEncoder> encoders;
    for (const TensorPlan& t : plan) {
        auto made = TensorEncoder::make(source, t, *isa, tables);
        if (!made.ok()) return made.status().in("tensor '" + t.info.name + "'");
        encoders.push_back(std::move(made.value()));
        description.tensors.push_back(t.info);
    }
    std::unique_ptr<Calibrator> calibrator;
    if (!options.calibration.text.empty()) {
        GOSSET_ASSIGN(calibrator, Calibrator::make(source, out, options));
    }
    const std::vector<CalibratedBatch> batches =
        cut_batches(encoders, calibrator ? options.calibration.memory : UINT64_MAX);
    GOSSET_ASSIGN(ModelWriter writer, ModelWriter::create(out, std::move(description)));
    Pipeline pipeline(std::move(encoders), writer, options);
    for (const CalibratedBatch& batch : batches) {
        std::vector<Feedback> feedback;
        if (calibrator) {
            GOSSET_ASSIGN(feedback,
                          make_feedback(batch, *calibrator, pipeline.encoders(), options));
        }
        GOSSET_TRY(pipeline.run(batch.tensors));
        for (size_t t : batch.tensors) pipeline.encoders()[t].set_feedback(nullptr);
    }
    GOSSET_TRY(pipeline.describe());
    GOSSET_TRY(writer.finish());
    std::error_code error;
    if (Status s = verify_file(out, options.progress); !s.ok()) {
        std::filesystem::remove(out, error);
        return s.in("reading '" + out + "' back");
    }
    Report report = make_report(pipeline, plan);
    report.file_bytes = std::filesystem::file_size(out, error);
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace gosset::quantize
