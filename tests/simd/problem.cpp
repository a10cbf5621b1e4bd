#include "tests/simd/problem.hpp"

#include <bit>
#include <cstring>

#include "runtime/base/half.hpp"
#include "simd/dispatch.hpp"
#include "simd/encoder.hpp"

namespace gosset::test {

namespace {

/// Finite: any bit pattern but infinities and NaNs, subnormals and zero included.
uint16_t finite_f16(Rng& rng) {
    for (;;) {
        const uint16_t h = uint16_t(rng.next());
        if ((h & 0x7c00) != 0x7c00) return h;
    }
}

}  // namespace

Problem::Problem(const Codec& c, uint32_t row_blocks_, uint32_t blocks_, uint32_t tokens_,
                 Fill fill, Rng& rng)
    : codec(c),
      row_blocks(row_blocks_),
      blocks(blocks_),
      tokens(tokens_),
      y_stride(16 * size_t(row_blocks_) + 5),
      panels(size_t(row_blocks_) * blocks_ * c.panel_bytes),
      row_scales(32 * size_t(row_blocks_), 2),
      f32(size_t(tokens_) * blocks_ * 32 * 4, 64),
      q(size_t(tokens_) * blocks_ * 32, 64),
      scale(size_t(tokens_) * blocks_ * 4, 64),
      sum(size_t(tokens_) * blocks_ * 4, 64),
      ext(size_t(tokens_) * blocks_ * c.act_ext_bytes, 64),
      rounded(size_t(tokens_ + 15) / 16 * blocks_ * 1024, 64),
      params(c.params_bytes) {
    fill_weights(fill, rng);
    fill_activations(fill, rng);
    const bool scaled = c.scale != ScaleKind::none;
    weights = {panels.as(),
               scaled ? row_scales.as<uint16_t>() : nullptr,
               scaled ? table : nullptr,
               c.params_bytes ? params.as() : nullptr,
               row_blocks,
               blocks};
}

void Problem::fill_weights(Fill fill, Rng& rng) {
    const size_t bytes = size_t(row_blocks) * blocks * codec.panel_bytes;
    for (float& t : table) t = rng.normal();
    if (codec.act == ActKind::f32) {  // arbitrary bytes would be NaNs: encode numbers of all sizes
        std::vector<float> rows(16 * 32 * size_t(blocks));
        std::vector<uint16_t> none(16);
        for (uint32_t rb = 0; rb < row_blocks; rb++) {
            for (float& x : rows) x = rng.normal() * (rng.below(8) ? 1.0f : 1e-6f);
            find_encoder(codec)->encode_rows(
                codec, rows.data(), 32 * size_t(blocks), nullptr, Tables(),
                panels.as() + size_t(rb) * blocks * codec.panel_bytes, none.data());
        }
        return;
    }
    for (size_t i = 0; i < bytes; i++) panels.as()[i] = uint8_t(rng.next());
    do {
        for (size_t i = 0; i < codec.params_bytes; i++) params.as()[i] = uint8_t(rng.next());
    } while (codec.valid_params && !codec.valid_params(params.as()));
    if (fill != Fill::random) std::memset(panels.as(), fill == Fill::low ? 0x00 : 0xff, bytes);
    for (size_t r = 0; r < 16 * size_t(row_blocks); r++)
        row_scales.as<uint16_t>()[r] = finite_f16(rng);
}

void Problem::fill_activations(Fill fill, Rng& rng) {
    for (size_t i = 0; i < size_t(tokens) * blocks; i++) {
        int8_t* x = q.as<int8_t>() + 32 * i;
        const bool empty = fill == Fill::random && rng.below(10) == 0;
        int32_t total = 0;
        for (int c = 0; c < 32; c++) {
            x[c] = int8_t(int(rng.below(255)) - 127);
            if (empty) x[c] = 0;
            if (fill != Fill::random) x[c] = i % 2 ? -127 : 127;
            total += x[c];
            f32.as<float>()[32 * i + c] = empty ? 0.0f : rng.normal();
        }
        scale.as<float>()[i] = empty ? 0.0f : float(rng.uniform()) * 0.1f;
        sum.as<int32_t>()[i] = total;
    }
    const OpKernels& ops = op_kernels(*supported_isas().front());
    for (uint32_t t = 0; t < tokens; t++)
        ops.round_tiles(f32.as<float>() + size_t(t) * blocks * 32, 32 * size_t(blocks), blocks, t,
                        rounded.as<uint16_t>());
    if (!codec.act_ext_bytes) return;
    for (uint32_t t = 0; t < tokens; t++)
        codec.reference->extend(q.as<int8_t>() + size_t(t) * blocks * 32, blocks,
                                ext.as() + size_t(t) * blocks * codec.act_ext_bytes);
}

MatvecArgs Problem::args(std::vector<float>& y, uint32_t begin, uint32_t end, uint32_t first,
                         uint32_t n) const {
    const size_t at = size_t(first) * blocks;
    const Activations x = {f32.as<float>() + 32 * at,
                           q.as<int8_t>() + 32 * at,
                           scale.as<float>() + at,
                           sum.as<int32_t>() + at,
                           codec.act_ext_bytes ? ext.as() + at * codec.act_ext_bytes : nullptr,
                           first % 16 ? nullptr : rounded.as<uint16_t>() + 32 * at};
    return {weights, x, begin, end, n, y.data() + first * y_stride, y_stride};
}

std::vector<float> Problem::poisoned() const {
    return std::vector<float>(tokens * y_stride, std::bit_cast<float>(0x7fc0deadu));
}

}  // namespace gosset::test
