#include "tools/gradient/dense.hpp"

#include <algorithm>

namespace gosset::gradient {

namespace {

constexpr size_t kRowTile = 16;
/// Columns of a product that are computed together, from weights that lie one step after another
/// ([step][kPanel]), and steps whose weights stay in the cache while all tokens of a tile pass.
constexpr size_t kPanel = 32, kSteps = 256;

/// c[tokens][cols] += a[tokens][steps] b, b packed as above, panel after panel, `capacity` steps
/// each.
void multiply_packed(const OpKernels& ops, Rows c, const float* a, size_t a_stride, const float* b,
                     size_t capacity, size_t tokens, size_t cols, size_t steps) {
    for (size_t panel = 0; panel * kPanel < cols; panel++)
        for (size_t k = 0; k < steps; k += kSteps) {
            MatrixUpdate m{};
            m.c = c.at + panel * kPanel, m.c_stride = c.stride;
            m.a = a + k, m.a_row = a_stride, m.a_step = 1;
            m.b = b + (panel * capacity + k) * kPanel, m.b_stride = kPanel;
            m.rows = tokens, m.cols = std::min(kPanel, cols - panel * kPanel);
            m.k = std::min(kSteps, steps - k);
            ops.matrix_update(m);
        }
}

}  // namespace

template <class Use>
void Dense::decode(const LinearGroup& group, const Linear& linear, uint32_t begin, uint32_t count,
                   Use&& use) {
    const size_t width = group.width();
    scratch_.resize(std::max(scratch_.size(), team_.members() * (kRowTile + 1) * width));
    packed_.resize(std::max(packed_.size(), kBlock * width));
    team_.each((count + kRowTile - 1) / kRowTile, [&](size_t i, uint32_t member) {
        float* rows = &scratch_[member * (kRowTile + 1) * width];
        const size_t first = i * kRowTile, n = std::min(kRowTile, count - first);
        for (size_t r = 0; r < n; r++) {
            linear.kernels.decode_row(linear.w, begin + uint32_t(first + r), rows + r * width);
            if (group.rotation)
                ops_.hadamard(rows + r * width, *group.rotation, true, rows + kRowTile * width);
        }
        use(Rows{rows, width}, first, n);
    });
}

void Dense::multiply(const LinearGroup& group, const Linear& linear, Rows x, size_t tokens,
                     Rows y) {
    const size_t cols = group.cols;
    for (uint32_t begin = 0; begin < linear.rows; begin += kBlock) {
        const uint32_t count = std::min(kBlock, linear.rows - begin);
        decode(group, linear, begin, count, [&](Rows rows, size_t first, size_t n) {
            float* to = &packed_[first / kPanel * cols * kPanel + first % kPanel];
            for (size_t c = 0; c < cols; c++)
                for (size_t r = 0; r < n; r++) to[c * kPanel + r] = rows.row(r)[c];
        });
        each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
            const Rows to{y.row(first) + begin, y.stride};
            for (size_t t = 0; t < n; t++) std::fill_n(to.row(t), count, 0.0f);
            multiply_packed(ops_, to, x.row(first), x.stride, packed_.data(), cols, n, count, cols);
        });
    }
}

void Dense::multiply_transposed(const LinearGroup& group, const Linear& linear, Rows dy,
                                size_t tokens, Rows dx) {
    const size_t cols = group.cols;
    for (uint32_t begin = 0; begin < linear.rows; begin += kBlock) {
        const uint32_t count = std::min(kBlock, linear.rows - begin);
        decode(group, linear, begin, count, [&](Rows rows, size_t first, size_t n) {
            for (size_t r = 0; r < n; r++)
                for (size_t c = 0; c < cols; c += kPanel)
                    std::copy_n(rows.row(r) + c, kPanel,
                                &packed_[c * kBlock + (first + r) * kPanel]);
        });
        each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
            multiply_packed(ops_, {dx.row(first), dx.stride}, dy.row(first) + begin, dy.stride,
                            packed_.data(), kBlock, n, cols, count);
        });
    }
}

}  // namespace gosset::gradient
