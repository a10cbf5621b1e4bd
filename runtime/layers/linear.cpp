#include "runtime/layers/linear.hpp"

#include <algorithm>
#include <cstring>

namespace gosset {

void ActivationSize::grow(const ActivationSize& o) {
    f32 = std::max(f32, o.f32), q = std::max(q, o.q), scale = std::max(scale, o.scale);
    sum = std::max(sum, o.sum), ext = std::max(ext, o.ext);
    rounded = std::max(rounded, o.rounded);
}

uint32_t LinearGroup::row_blocks() const {
    uint32_t n = 0;
    for (const Linear& l : linears) n += l.w.row_blocks;
    return n;
}

ActivationSize LinearGroup::size_per_token() const {
    ActivationSize s;
    if (needs_f32) s.f32 = width() * sizeof(float);
    if (needs_i8) {
        s.q = width();
        s.scale = blocks * sizeof(float);
        s.sum = blocks * sizeof(int32_t);
    }
    if (rounds(SIZE_MAX)) s.rounded = width() * sizeof(uint16_t);
    for (const Linear& l : linears)
        s.ext = std::max(s.ext, size_t(blocks) * l.codec->act_ext_bytes);
    return s;
}

bool LinearGroup::rounds(size_t tokens) const {
    if (tokens < kRoundedTokens) return false;
    for (const Linear& l : linears)
        if (!l.kernels.gemm_rounded) return false;
    return true;
}

void LinearGroup::prepare(const OpKernels& ops, const float* x, size_t t, size_t tokens,
                          const ActivationBuffer& to, float* work) const {
    const float* in = x;
    if (rotation || (needs_f32 && cols < width())) {
        std::memcpy(work, x, cols * sizeof(float));
        std::memset(work + cols, 0, (width() - cols) * sizeof(float));
        in = work;
    }
    if (rotation) ops.hadamard(work, *rotation, false, work + width());
    const size_t n = rotation ? width() : cols;
    if (rounds(tokens)) return ops.round_tiles(in, n, blocks, t, to.rounded);
    if (needs_f32) std::memcpy(to.f32 + t * width(), in, width() * sizeof(float));
    if (!needs_i8) return;
    int8_t* q = to.q + t * width();
    ops.quantize(in, n, blocks, q, to.scale + t * blocks, to.sum + t * blocks);
    for (const Linear& l : linears) {
        if (!l.codec->act_ext_bytes) continue;
        l.kernels.extend(q, blocks, to.ext + t * blocks * l.codec->act_ext_bytes);
        break;  // bind gives every group at most one codec with an extension
    }
}

void LinearGroup::multiply(const Pool::Member& member, size_t tokens, const ActivationBuffer& from,
                           float* const* y, const size_t* stride) const {
    const bool rounded = rounds(tokens);
    member.deal(row_blocks(), [&](size_t begin, size_t end) {
        size_t first = 0;  // of this linear among all row blocks
        for (const Linear& l : linears) {
            const size_t b = std::max(begin, first), e = std::min(end, first + l.w.row_blocks);
            if (b < e) {
                MatvecArgs args{};
                args.w = l.w;
                args.x = {from.f32, from.q, from.scale, from.sum, from.ext, from.rounded};
                args.row_block_begin = uint32_t(b - first);
                args.row_block_end = uint32_t(e - first);
                args.tokens = uint32_t(tokens);
                args.y = y[l.slot];
                args.y_stride = stride[l.slot];
                (tokens == 1 ? l.kernels.gemv
                 : rounded   ? l.kernels.gemm_rounded
                             : l.kernels.gemm)(args);
            }
            first += l.w.row_blocks;
        }
    });
}

}  // namespace gosset
