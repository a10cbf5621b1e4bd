#include "tools/quantize/output_feedback.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "simd/dispatch.hpp"
#include "tools/quantize/calibration_output.hpp"
#include "tools/quantize/work_list.hpp"

namespace gosset::quantize {

namespace {

std::optional<OutputSite> output_site(Role role) {
    switch (role) {
        case Role::q:
            return OutputSite::q;
        case Role::k:
            return OutputSite::k;
        case Role::v:
            return OutputSite::v;
        case Role::o:
            return OutputSite::o;
        case Role::gate:
            return OutputSite::gate;
        case Role::up:
            return OutputSite::up;
        case Role::down:
            return OutputSite::down;
        default:
            return {};
    }
}

std::optional<CalibrationOutput> output_of(const TensorEncoder& e) {
    const TensorPlan& plan = e.plan();
    const std::optional<OutputSite> site = output_site(plan.info.role);
    if (!site || plan.info.layer < 0 || e.feedback_group() == 0) return {};
    return CalibrationOutput{uint32_t(plan.info.layer), *site, plan.rows};
}

uint64_t rows_of_block(const CalibrationOutput& out, uint64_t block) {
    return std::min(kOutputBlock, out.rows - block * kOutputBlock);
}

uint64_t blocks(const CalibrationOutput& out) {
    return (out.rows + kOutputBlock - 1) / kOutputBlock;
}

/// "the output of gate of layer 3", for the user.
std::string name_of(const CalibrationOutput& out) {
    constexpr const char* kNames[] = {"q", "k", "v", "o", "gate", "up", "down"};
    static_assert(std::size(kNames) == kOutputSites);
    return std::string("the output of ") + kNames[size_t(out.site)] + " of layer " +
           std::to_string(out.layer);
}

/// g: [rows][rows] of one block. A square that is not finite: a gradient that is not, or too large.
Status check_finite(const float* g, uint64_t rows, const CalibrationOutput& out) {
    for (uint64_t r = 0; r < rows; r++)
        if (!std::isfinite(g[r * rows + r]))
            return corrupt("calibration: the gradient of " + name_of(out) +
                           " overflows on this text (it is infinite, not a number, or its square "
                           "is); quantize without gradients (--gradient-tokens 0)");
    return {};
}

}  // namespace

uint64_t output_feedback_bytes(const TensorEncoder& encoder) {
    const auto out = output_of(encoder);
    // The factors are half as much again as the moments, which are held beside them.
    return out ? out->rows * std::min(kOutputBlock, out->rows) * sizeof(float) / 2 * 3 : 0;
}

Result<std::vector<std::vector<RowFeedback>>> make_output_feedback(
    const std::vector<size_t>& tensors, Calibrator& calibrator,
    const std::vector<TensorEncoder>& encoders, const Options& options) {
    std::vector<std::vector<RowFeedback>> feedback(tensors.size());
    std::vector<CalibrationOutput> outputs;
    std::vector<size_t> of;   // index into the tensors of each output
    std::vector<Task> tasks;  // one a block: `tensor` is the output, `chunk` the block
    for (size_t i = 0; i < tensors.size(); i++) {
        const auto out = output_of(encoders[tensors[i]]);
        if (!out) continue;
        for (uint64_t b = 0; b < blocks(*out); b++)
            tasks.push_back({outputs.size(), false, b * kOutputBlock, rows_of_block(*out, b), b});
        outputs.push_back(*out), of.push_back(i);
    }
    if (outputs.empty()) return feedback;
    GOSSET_ASSIGN(const std::vector<std::vector<float>> moments,
                  calibrator.output_moments(outputs));
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    for (size_t i = 0; i < outputs.size(); i++)
        if (!moments[i].empty()) feedback[of[i]].resize(blocks(outputs[i]));
    const auto factor = [&](const Task& task) -> Status {
        const std::vector<float>& all = moments[task.tensor];
        if (all.empty()) return {};
        const float* g = all.data() + task.chunk * kOutputBlock * kOutputBlock;
        GOSSET_TRY(check_finite(g, task.count, outputs[task.tensor]));
        feedback[of[task.tensor]][task.chunk] =
            RowFeedback::make({g, g + task.count * task.count}, task.count,
                              options.calibration.gradient_damping, op_kernels(*isa));
        return {};
    };
    Gate gate(0);
    GOSSET_TRY(run_tasks(tasks, options.threads, gate, [&] { return factor; }));
    return feedback;
}

}  // namespace gosset::quantize
