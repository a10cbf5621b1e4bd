#include "tools/gradient/dense.hpp"

#include <algorithm>

namespace gosset::gradient {

namespace {

constexpr size_t kRowTile = 16;
/// Rows of a power of two floats would fall into few sets of the cache.
constexpr size_t kPad = 16;
constexpr size_t kTransposedStride = Dense::kBlock + kPad;

}  // namespace

void Dense::decode(const LinearGroup& group, const Linear& linear, uint32_t begin, uint32_t count) {
    const size_t width = group.width();
    stride_ = width + kPad;
    weights_.resize(std::max(weights_.size(), kBlock * stride_));
    scratch_.resize(std::max(scratch_.size(), team_.members() * width));
    team_.each((count + kRowTile - 1) / kRowTile, [&](size_t i, uint32_t member) {
        const size_t end = std::min<size_t>((i + 1) * kRowTile, count);
        for (size_t r = i * kRowTile; r < end; r++) {
            float* row = &weights_[r * stride_];
            linear.kernels.decode_row(linear.w, begin + uint32_t(r), row);
            if (group.rotation)
                ops_.hadamard(row, *group.rotation, true, &scratch_[member * width]);
        }
    });
}

void Dense::multiply(const LinearGroup& group, const Linear& linear, Rows x, size_t tokens,
                     Rows y) {
    for (uint32_t r = 0; r < linear.rows; r += kBlock)
        multiply_block(group, linear, r, std::min(kBlock, linear.rows - r), x, tokens, y);
}

void Dense::multiply_block(const LinearGroup& group, const Linear& linear, uint32_t begin,
                           uint32_t count, Rows x, size_t tokens, Rows y) {
    decode(group, linear, begin, count);
    const size_t cols = group.cols;
    transposed_.resize(std::max(transposed_.size(), cols * kTransposedStride));
    team_.each((cols + kRowTile - 1) / kRowTile, [&](size_t i, uint32_t) {
        const size_t end = std::min((i + 1) * kRowTile, cols);
        for (size_t r = 0; r < count; r++)
            for (size_t c = i * kRowTile; c < end; c++)
                transposed_[c * kTransposedStride + r] = weights_[r * stride_ + c];
    });
    each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
        for (size_t t = first; t < first + n; t++) std::fill_n(y.row(t) + begin, count, 0.0f);
        MatrixUpdate m{};
        m.c = y.row(first) + begin, m.c_stride = y.stride;
        m.a = x.row(first), m.a_row = x.stride, m.a_step = 1;
        m.b = transposed_.data(), m.b_stride = kTransposedStride;
        m.rows = n, m.cols = count, m.k = cols;
        ops_.matrix_update(m);
    });
}

void Dense::multiply_transposed(const LinearGroup& group, const Linear& linear, Rows dy,
                                size_t tokens, Rows dx) {
    for (uint32_t begin = 0; begin < linear.rows; begin += kBlock) {
        const uint32_t count = std::min(kBlock, linear.rows - begin);
        decode(group, linear, begin, count);
        each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
            MatrixUpdate m{};
            m.c = dx.row(first), m.c_stride = dx.stride;
            m.a = dy.row(first) + begin, m.a_row = dy.stride, m.a_step = 1;
            m.b = weights_.data(), m.b_stride = stride_;
            m.rows = n, m.cols = group.cols, m.k = count;
            ops_.matrix_update(m);
        });
    }
}

}  // namespace gosset::gradient
