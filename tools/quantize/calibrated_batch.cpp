#include "tools/quantize/calibrated_batch.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "simd/dispatch.hpp"
#include "tools/quantize/output_feedback.hpp"
#include "tools/quantize/work_list.hpp"

namespace gosset::quantize {

namespace {

constexpr int32_t kBehindLast = INT32_MAX;  ///< the head's layer
/// A head of so many bits is near lossless: not worth the logits that show its input.
constexpr float kFineHead = 8;

/// (layer, input site) of a tensor that takes feedback; layer -1: it takes none.
std::pair<int32_t, int> input_of(const TensorEncoder& e) {
    const TensorPlan& plan = e.plan();
    const bool head = plan.site == int(InputSite::head);
    if (head && plan.info.bits_per_weight >= kFineHead) return {-1, -1};
    const int32_t layer = head ? kBehindLast : plan.info.layer;
    if (plan.site < 0 || layer < 0 || e.feedback_group() == 0) return {-1, -1};
    return {layer, plan.site};
}

/// Of the factors, which are half as much again as the moments that they replace (Feedback).
uint64_t factor_bytes(const TensorEncoder& e) {
    return e.plan().stored_cols * e.plan().stored_cols * sizeof(float) / 2 * 3;
}

/// A sum of squares that is not finite: activations that are not, or too large for one.
Status check_finite(const std::vector<CalibrationInput>& inputs,
                    const std::vector<std::vector<float>>& moments) {
    const CalibrationInput* first = nullptr;  // as the model computes them
    for (size_t i = 0; i < inputs.size(); i++) {
        bool finite = true;
        for (uint64_t c = 0; c < inputs[i].width && finite; c++)
            finite = std::isfinite(moments[i][c * inputs[i].width + c]);
        const auto place = [](const CalibrationInput& in) {
            return std::pair(in.site == InputSite::head ? UINT32_MAX : in.layer, int(in.site));
        };
        if (!finite && (!first || place(inputs[i]) < place(*first))) first = &inputs[i];
    }
    if (!first) return {};
    return input_overflows(first->layer, first->site);
}

}  // namespace

std::vector<CalibratedBatch> cut_batches(const std::vector<TensorEncoder>& encoders,
                                         const CalibrationOptions& calibration) {
    const uint64_t memory = calibration.text.empty() ? UINT64_MAX : calibration.memory;
    std::map<int32_t, std::map<int, uint64_t>> layers;  // site -> bytes
    std::map<int32_t, uint64_t> outputs;                // bytes
    for (const TensorEncoder& e : encoders) {
        const auto [layer, site] = input_of(e);
        if (layer < 0) continue;
        layers[layer][site] = factor_bytes(e);
        if (calibration.gradient_tokens) outputs[layer] += output_feedback_bytes(e);
    }
    std::map<int32_t, size_t> batch_of;
    size_t batch = 0;
    uint64_t held = 0;
    for (const auto& [layer, sites] : layers) {
        uint64_t bytes = outputs[layer];
        for (const auto& [site, n] : sites) bytes += n;
        if (held > 0 && (bytes > memory || held > memory - bytes)) batch++, held = 0;
        held += bytes;
        batch_of[layer] = batch;
    }
    std::vector<CalibratedBatch> batches(batch + 1);
    for (size_t t = 0; t < encoders.size(); t++) {
        const auto found = batch_of.find(input_of(encoders[t]).first);
        batches[found == batch_of.end() ? 0 : found->second].tensors.push_back(t);
    }
    return batches;
}

Result<BatchFeedback> make_feedback(const CalibratedBatch& batch, Calibrator& calibrator,
                                    std::vector<TensorEncoder>& encoders, const Options& options) {
    struct Need {
        size_t input;
        uint32_t group;
        std::vector<size_t> tensors;
    };
    std::vector<CalibrationInput> inputs;
    std::map<std::pair<int32_t, int>, size_t> input_at;
    std::vector<Need> needs;  // of one input, one for each group size; mostly that is one
    for (size_t t : batch.tensors) {
        const TensorEncoder& e = encoders[t];
        const auto key = input_of(e);
        if (key.first < 0) continue;
        const auto added = input_at.emplace(key, inputs.size());
        const size_t input = added.first->second;
        if (added.second)
            inputs.push_back({uint32_t(key.first), InputSite(key.second), e.plan().cols,
                              e.plan().stored_cols, &e.transform()});
        auto need = std::find_if(needs.begin(), needs.end(), [&](const Need& n) {
            return n.input == input && n.group == e.feedback_group();
        });
        if (need == needs.end()) need = needs.insert(need, {input, e.feedback_group(), {}});
        need->tensors.push_back(t);
    }
    BatchFeedback all;
    std::vector<Feedback>& feedback = all.columns;
    feedback.resize(needs.size());
    if (inputs.empty()) return all;
    GOSSET_ASSIGN(std::vector<std::vector<float>> moments, calibrator.second_moments(inputs));
    GOSSET_TRY(check_finite(inputs, moments));
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    const auto factor = [&](const Task& task) -> Status {
        const size_t i = task.tensor;
        for (size_t n = 0; n < needs.size(); n++)
            if (needs[n].input == i)
                feedback[n] = Feedback::make(moments[i], inputs[i].width, needs[n].group,
                                             options.calibration.damping,
                                             options.calibration.refine, op_kernels(*isa));
        moments[i] = {};
        return {};
    };
    std::vector<Task> tasks(inputs.size());  // one an input
    for (size_t i = 0; i < tasks.size(); i++) tasks[i].tensor = i;
    Gate gate(0);
    GOSSET_TRY(run_tasks(tasks, options.threads, gate, [&] { return factor; }));
    std::vector<const std::vector<RowFeedback>*> rows(encoders.size());
    if (options.calibration.gradient_tokens) {
        GOSSET_ASSIGN(all.rows, make_output_feedback(batch.tensors, calibrator, encoders, options));
        for (size_t i = 0; i < all.rows.size(); i++)
            if (!all.rows[i].empty()) rows[batch.tensors[i]] = &all.rows[i];
    }
    for (size_t n = 0; n < needs.size(); n++)
        for (size_t t : needs[n].tensors)
            if (!feedback[n].none()) encoders[t].set_feedback(&feedback[n], rows[t]);
    return all;
}

}  // namespace gosset::quantize
