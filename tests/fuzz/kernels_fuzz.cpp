// Every kernel of every tier against the scalar reference, bit for bit, on any bytes. Input: a byte
// each for codec, row blocks, blocks, tokens, the range of row blocks and what follows the input's
// end; then panels, params, row scales, table and activations. All buffers have the exact size, so
// that a sanitizer sees the first byte too far.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/dispatch.hpp"
#include "simd/encoder.hpp"

using namespace gosset;

namespace {

/// The input's bytes, and then others without end.
class Bytes {
  public:
    Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
    uint8_t next() {
        if (size_ == 0) return constant_ ? value_ : uint8_t(rng_.next());
        return size_--, *data_++;
    }
    /// What follows the input: random bytes, or all 0, or all 0xff.
    void then(uint8_t choice) {
        rng_ = Rng(choice);
        constant_ = choice < 2, value_ = choice ? 0xff : 0;
    }
    void fill(void* to, size_t n) {
        for (size_t i = 0; i < n; i++) static_cast<uint8_t*>(to)[i] = next();
    }
    /// Any finite number.
    float finite() {
        uint32_t x;
        fill(&x, sizeof x);
        return std::bit_cast<float>((x & 0x7f800000) == 0x7f800000 ? x & 0xbfffffff : x);
    }
    uint16_t finite_f16() {
        uint16_t h;
        fill(&h, sizeof h);
        return (h & 0x7c00) == 0x7c00 ? h & 0xbfff : h;
    }

  private:
    const uint8_t* data_;
    size_t size_;
    Rng rng_;
    bool constant_ = false;
    uint8_t value_ = 0;
};

struct Free {
    void operator()(void* p) const { std::free(p); }
};
template <class T>
using Block = std::unique_ptr<T[], Free>;

/// n numbers behind a multiple of 64 bytes.
template <class T>
Block<T> block_of(size_t n) {
    void* p = nullptr;
    if (posix_memalign(&p, 64, std::max<size_t>(n * sizeof(T), 1)) != 0) std::abort();
    return Block<T>(static_cast<T*>(p));
}

struct Shape {
    uint32_t row_blocks, blocks, tokens, begin, end;
};

/// Few of each; tokens beyond what kernels take at a time only with a single panel.
Shape shape_of(Bytes& in) {
    Shape s;
    s.row_blocks = 1 + in.next() % 3, s.blocks = 1 + in.next() % 4;
    const uint8_t tokens = in.next();
    s.tokens = 1 + tokens % 5;
    if (tokens > 0xf0) s.row_blocks = s.blocks = 1, s.tokens = 1 + tokens % 16 * 5;
    const uint8_t range = in.next();
    s.begin = range % s.row_blocks;
    s.end = s.row_blocks - range / 16 % (s.row_blocks - s.begin);
    return s;
}

class Problem {
  public:
    Problem(const Codec& c, const Shape& shape, Bytes& in)
        : codec(c),
          s(shape),
          stride(16 * size_t(s.row_blocks) + 3),
          panels_(std::make_unique<uint8_t[]>(size_t(s.row_blocks) * s.blocks * c.panel_bytes)),
          params_(std::make_unique<uint8_t[]>(c.params_bytes)),
          row_scales_(std::make_unique<uint16_t[]>(16 * size_t(s.row_blocks))),
          table_(std::make_unique<float[]>(kScaleTable)),
          f32_(block_of<float>(size_t(s.tokens) * s.blocks * kPanelCols)),
          q_(block_of<int8_t>(size_t(s.tokens) * s.blocks * kPanelCols)),
          scale_(block_of<float>(size_t(s.tokens) * s.blocks)),
          sum_(block_of<int32_t>(size_t(s.tokens) * s.blocks)),
          ext_(block_of<uint8_t>(size_t(s.tokens) * s.blocks * c.act_ext_bytes)),
          rounded_(block_of<uint16_t>(size_t(s.tokens + 15) / 16 * 16 * s.blocks * kPanelCols)) {
        in.fill(panels_.get(), size_t(s.row_blocks) * s.blocks * c.panel_bytes);
        in.fill(params_.get(), c.params_bytes);
        if (c.valid_params && !c.valid_params(params_.get())) fit_params();
        for (size_t r = 0; r < 16 * size_t(s.row_blocks); r++) row_scales_[r] = in.finite_f16();
        for (size_t i = 0; i < kScaleTable; i++) table_[i] = in.finite();
        fill_activations(in);
        const bool scaled = c.scale != ScaleKind::none;
        weights = {panels_.get(),
                   scaled ? row_scales_.get() : nullptr,
                   scaled ? table_.get() : nullptr,
                   c.params_bytes ? params_.get() : nullptr,
                   s.row_blocks,
                   s.blocks};
    }

    /// Tokens first .. first + n, into y.
    MatvecArgs args(float* y, uint32_t first, uint32_t n) const {
        const size_t at = size_t(first) * s.blocks;
        const bool i8 = codec.act == ActKind::i8;
        const Activations x = {
            i8 ? nullptr : f32_.get() + at * kPanelCols,
            i8 ? q_.get() + at * kPanelCols : nullptr,
            i8 ? scale_.get() + at : nullptr,
            i8 ? sum_.get() + at : nullptr,
            codec.act_ext_bytes ? ext_.get() + at * codec.act_ext_bytes : nullptr,
            first % 16 ? nullptr : rounded_.get() + at * kPanelCols};
        return {weights, x, s.begin, s.end, n, y + first * stride, stride};
    }
    size_t y_size() const { return (s.tokens - 1) * stride + 16 * size_t(s.row_blocks); }
    const int8_t* q() const { return q_.get(); }
    const uint8_t* ext() const { return ext_.get(); }

    const Codec& codec;
    const Shape s;
    const size_t stride;
    Weights weights;

  private:
    /// Params that a tensor might have, where any bytes are not.
    void fit_params() {
        std::vector<float> rows(16 * 64);
        Rng rng(1);
        rng.normals(rows.data(), rows.size());
        Tables tables;
        find_encoder(codec)->fit(codec, rows.data(), 16, 64, tables);
        std::memcpy(params_.get(), tables.params, codec.params_bytes);
    }
    void fill_activations(Bytes& in) {
        for (size_t i = 0; i < size_t(s.tokens) * s.blocks; i++) {
            if (codec.act == ActKind::f32) {
                for (size_t c = 0; c < kPanelCols; c++) f32_[i * kPanelCols + c] = in.finite();
                continue;
            }
            scale_[i] = std::fabs(in.finite());
            sum_[i] = 0;
            for (size_t c = 0; c < kPanelCols; c++) {
                const int8_t x = int8_t(std::max<int>(int8_t(in.next()), -127));
                q_[i * kPanelCols + c] = x, sum_[i] += x;
            }
        }
        const size_t width = size_t(s.blocks) * kPanelCols;
        std::vector<float> x(width);
        for (uint32_t t = 0; t < s.tokens && codec.act == ActKind::i8; t++) {
            for (float& f : x) f = in.finite();
            op_kernels(*supported_isas().front())
                .round_tiles(x.data(), width, s.blocks, t, rounded_.get());
        }
        if (codec.act_ext_bytes == 0) return;
        for (uint32_t t = 0; t < s.tokens; t++) {
            const size_t at = size_t(t) * s.blocks;
            codec.reference->extend(q_.get() + at * kPanelCols, s.blocks,
                                    ext_.get() + at * codec.act_ext_bytes);
        }
    }

    const std::unique_ptr<uint8_t[]> panels_, params_;
    const std::unique_ptr<uint16_t[]> row_scales_;
    const std::unique_ptr<float[]> table_;
    const Block<float> f32_;
    const Block<int8_t> q_;
    const Block<float> scale_;
    const Block<int32_t> sum_;
    const Block<uint8_t> ext_;
    const Block<uint16_t> rounded_;
};

/// A NaN is as good as another: which one comes of infinities is not said.
bool same(float a, float b) {
    return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

[[noreturn]] void fail(const Problem& p, const char* what, const char* isa, size_t at) {
    std::fprintf(stderr,
                 "%s of %s on %s differs from the reference at %zu: %u row blocks [%u, %u), %u "
                 "blocks, %u tokens\n",
                 what, p.codec.name, isa, at, p.s.row_blocks, p.s.begin, p.s.end, p.s.blocks,
                 p.s.tokens);
    std::abort();
}

using Floats = std::unique_ptr<float[]>;

void compare(const Problem& p, const char* what, const Isa& isa, const Floats& got,
             const Floats& expected, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!same(got[i], expected[i])) fail(p, what, isa_name(isa), i);
}

/// Room for n numbers with something in it that no kernel computes.
Floats poisoned(size_t n) {
    Floats y = std::make_unique<float[]>(n);
    std::fill(y.get(), y.get() + n, -12345.678f);
    return y;
}

/// gemm_rounded has no reference: a token's results are the same alone and among others, and
/// nothing else is written.
void check_rounded(const Problem& p, const Isa& isa, void (*gemm_rounded)(const MatvecArgs&)) {
    const size_t n = p.y_size();
    const Floats all = poisoned(n), first = poisoned(n), untouched = poisoned(n);
    gemm_rounded(p.args(all.get(), 0, p.s.tokens));
    gemm_rounded(p.args(first.get(), 0, 1));
    for (size_t i = 0; i < n; i++) {
        const size_t block = i % p.stride / 16;
        const bool written = block >= p.s.begin && block < p.s.end;
        if (!written && !same(all[i], untouched[i])) fail(p, "gemm_rounded", isa_name(isa), i);
        const bool alone = written && i < p.stride;
        if (!same(first[i], alone ? all[i] : untouched[i]))
            fail(p, "gemm_rounded of one token", isa_name(isa), i);
    }
}

void check_matvec(const Problem& p) {
    const CodecKernels& reference = *p.codec.reference;
    const size_t n = p.y_size();
    const Floats expected = poisoned(n);
    reference.gemm(p.args(expected.get(), 0, p.s.tokens));
    for (const Isa* isa : supported_isas()) {
        const CodecKernels& k = codec_kernels(*isa, p.codec);
        if (k.gemv != reference.gemm) {
            const Floats y = poisoned(n);
            for (uint32_t t = 0; t < p.s.tokens; t++) k.gemv(p.args(y.get(), t, 1));
            compare(p, "gemv", *isa, y, expected, n);
        }
        if (k.gemm != reference.gemm) {
            const Floats y = poisoned(n);
            k.gemm(p.args(y.get(), 0, p.s.tokens));
            compare(p, "gemm", *isa, y, expected, n);
        }
        if (k.gemm_rounded) check_rounded(p, *isa, k.gemm_rounded);
    }
}

void check_decode(const Problem& p) {
    const auto reference = p.codec.reference->decode_row;
    const size_t n = size_t(p.s.blocks) * kPanelCols;
    for (uint32_t row = p.s.begin * 16 + p.s.tokens % 5; row < 16 * p.s.end; row += 5) {
        const Floats expected = poisoned(n);
        reference(p.weights, row, expected.get());
        for (const Isa* isa : supported_isas()) {
            const auto decode_row = codec_kernels(*isa, p.codec).decode_row;
            if (decode_row == reference) continue;
            const Floats out = poisoned(n);
            decode_row(p.weights, row, out.get());
            compare(p, "decode_row", *isa, out, expected, n);
        }
    }
}

void check_extend(const Problem& p) {
    if (p.codec.act_ext_bytes == 0) return;
    const size_t n = size_t(p.s.blocks) * p.codec.act_ext_bytes;
    for (const Isa* isa : supported_isas()) {
        const Block<uint8_t> ext = block_of<uint8_t>(n);
        codec_kernels(*isa, p.codec).extend(p.q(), p.s.blocks, ext.get());
        for (size_t i = 0; i < n; i++)
            if (ext[i] != p.ext()[i]) fail(p, "extend", isa_name(*isa), i);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 6 || size > 65536) return 0;
    Bytes in(data, size);
    const Codec& codec = *all_codecs()[in.next() % all_codecs().size()];
    const Shape shape = shape_of(in);
    in.then(in.next());
    const Problem problem(codec, shape, in);
    check_matvec(problem);
    check_decode(problem);
    check_extend(problem);
    return 0;
}
