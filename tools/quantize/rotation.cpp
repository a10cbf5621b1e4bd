#include "tools/quantize/rotation.hpp"

#include "runtime/base/checked.hpp"

namespace gosset::quantize {

Result<Rotation> choose_rotation(uint64_t cols, uint64_t seed) {
    HadamardPlan plan = plan_hadamard(cols);
    if (plan.factors.empty())
        return unsupported("no rotation of rows of " + std::to_string(cols) +
                           " weights; try --rotate none");
    return Rotation{std::move(plan.factors), seed};
}

Result<RowTransform> RowTransform::make(const Rotation& rotation, uint64_t cols,
                                        const OpKernels& ops, HadamardSet& tables) {
    RowTransform t;
    t.ops_ = &ops, t.width_ = cols;
    if (rotation.none()) return t;
    uint64_t width = 1;
    for (uint32_t f : rotation.factors)
        if (!checked_mul(width, f, &width)) return corrupt("the rotation's factors overflow");
    if (width < cols)
        return corrupt("its rotation is " + std::to_string(width) + " wide, its rows are " +
                       std::to_string(cols));
    t.width_ = width;
    GOSSET_ASSIGN(t.hadamard_, tables.get(rotation.factors, rotation.sign_seed));
    return t;
}

void RowTransform::transform(float* row, float* scratch, bool inverse) const {
    if (hadamard_) ops_->hadamard(row, *hadamard_, inverse, scratch);
}

}  // namespace gosset::quantize
