// The definition of every operation in simd/kernels.hpp, as plainly as it can be said: the oracle
// of the vector kernels and what runs where there are none.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/base/half.hpp"
#include "runtime/base/math.hpp"
#include "simd/kernels.hpp"

namespace gosset {

namespace {

constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// i with i + 8, then + 4, + 2, + 1.
float tree(float (&lane)[16]) {
    for (int half = 8; half >= 1; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

float dot(const float* a, const float* b, size_t n) {
    float lane[16] = {};
    for (size_t i = 0; i < (n + 15) / 16 * 16; i++)
        lane[i % 16] = std::fma(i < n ? a[i] : 0.0f, i < n ? b[i] : 0.0f, lane[i % 16]);
    return tree(lane);
}

float sum(const float* x, size_t n) {
    float lane[16] = {};
    for (size_t i = 0; i < (n + 15) / 16 * 16; i++) lane[i % 16] += i < n ? x[i] : 0.0f;
    return tree(lane);
}

float maximum(const float* x, size_t n) {
    float m = kLowest;
    for (size_t i = 0; i < n; i++) m = x[i] > m ? x[i] : m;
    return m + 0.0f;
}

void quantize(const float* x, size_t n, size_t blocks, int8_t* q, float* scale, int32_t* sums) {
    for (size_t b = 0; b < blocks; b++) {
        float v[32] = {};
        for (size_t i = 0; i < 32 && 32 * b + i < n; i++) v[i] = x[32 * b + i];
        uint32_t most = 0;  // as bits, so that a NaN is the largest
        for (const float f : v) most = std::max(most, std::bit_cast<uint32_t>(std::fabs(f)));
        const float maxabs = std::bit_cast<float>(most);
        const bool zero = maxabs < 0x1p-100f, usable = !zero && maxabs <= 0x1.fffffep127f;
        scale[b] = zero ? 0.0f : maxabs / 127.0f;
        const float inverse = 127.0f / maxabs;
        sums[b] = 0;
        for (int i = 0; i < 32; i++) {
            // adding 1.5 * 2^23 rounds to a whole number, ties to even
            const float rounded = usable ? (v[i] * inverse + 0x1.8p23f) - 0x1.8p23f : 0.0f;
            const int8_t value = int8_t(rounded);
            q[32 * b + size_t(4 * (i % 8) + i / 8)] = value;
            sums[b] += value;
        }
    }
}

void round_tiles(const float* x, size_t n, size_t blocks, size_t t, uint16_t* tiles) {
    for (size_t b = 0; b < blocks; b++)
        for (size_t c = 0; c < 32; c++) {
            const size_t h = c / 16, g = c / 8 % 2, j = c % 8, i = 32 * b + c;
            uint16_t* row = tiles + ((t / 16 * blocks + b) * 16 + t % 16) * 32;
            row[4 * j + 2 * g + h] = f32_to_bf16(i < n ? x[i] : 0.0f);
        }
}

void rms_norm(const float* x, const float* w, size_t n, float eps, float offset, float* out) {
    const float r = 1.0f / std::sqrt(dot(x, x, n) / float(n) + eps);
    for (size_t i = 0; i < n; i++) out[i] = (x[i] * r) * (offset + w[i]);
}

void flip_signs(float* x, const Hadamard& h) {
    for (uint32_t i = 0; i < h.n; i++)
        if (h.signs[i / 32] >> (i % 32) & 1) x[i] = -x[i];
}

void hadamard(float* x, const Hadamard& h, bool inverse, float* scratch) {
    if (!inverse) flip_signs(x, h);
    uint32_t inner = 1;
    for (uint32_t f = h.n_factors; f-- > 0; inner *= h.factors[f].order) {
        const HadamardFactor& factor = h.factors[f];
        const uint32_t order = factor.order;
        for (uint32_t base = 0; base < h.n; base += order * inner) {
            if (!factor.matrix) {
                for (uint32_t half = inner; half < order * inner; half *= 2)
                    for (uint32_t i = base; i < base + order * inner; i++) {
                        if ((i - base) / half % 2) continue;  // the b of a pair
                        const float a = x[i], b = x[i + half];
                        x[i] = a + b;
                        x[i + half] = a - b;
                    }
                continue;
            }
            for (uint32_t i = 0; i < inner; i++)
                for (uint32_t r = 0; r < order; r++) {
                    float y = 0.0f;
                    for (uint32_t c = 0; c < order; c++)
                        y += factor.matrix[size_t(r) * order + c] * x[base + i + c * inner];
                    scratch[base + i + r * inner] = y;
                }
        }
        if (factor.matrix) std::memcpy(x, scratch, h.n * sizeof(float));
    }
    for (uint32_t i = 0; i < h.n; i++) x[i] *= h.norm;
    if (inverse) flip_signs(x, h);
}

void rope(float* x, size_t heads, size_t head_dim, size_t half, const float* cos,
          const float* sin) {
    for (size_t h = 0; h < heads; h++, x += head_dim)
        for (size_t i = 0; i < half; i++) {
            const float a = x[i], b = x[i + half];
            x[i] = std::fma(a, cos[i], -(b * sin[i]));
            x[i + half] = std::fma(b, cos[i], a * sin[i]);
        }
}

void silu_mul(const float* g, const float* u, size_t n, float* out) {
    for (size_t i = 0; i < n; i++) out[i] = (g[i] / (1.0f + math::exp(-g[i]))) * u[i];
}

void gelu_tanh_mul(const float* g, const float* u, size_t n, float* out) {
    for (size_t i = 0; i < n; i++) {
        const float inner = (kGeluScale * g[i]) * std::fma(kGeluCubic * g[i], g[i], 1.0f);
        out[i] = ((0.5f * g[i]) * (1.0f + math::tanh(inner))) * u[i];
    }
}

void softcap(float* x, size_t n, float cap) {
    for (size_t i = 0; i < n; i++) x[i] = cap * math::tanh(x[i] / cap);
}

void add(const float* a, const float* b, size_t n, float* out) {
    for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

void to_f16(const float* x, size_t n, uint16_t* out) {
    for (size_t i = 0; i < n; i++) out[i] = f32_to_f16(x[i]);
}

float kv_at(const void* base, KvType type, size_t i) {
    return type == KvType::f32 ? static_cast<const float*>(base)[i]
                               : f16_to_f32(static_cast<const uint16_t*>(base)[i]);
}

float score(const AttentionChunk& a, const float* query, uint32_t position) {
    float lane[16] = {};
    for (uint32_t d = 0; d < (a.head_dim + 15) / 16 * 16; d++) {
        const bool in = d < a.head_dim;
        const float q = in ? query[d] : 0.0f;
        const float k = in ? kv_at(a.k, a.type, size_t(position) * a.head_dim + d) : 0.0f;
        lane[d % 16] = std::fma(q, k, lane[d % 16]);
    }
    const float s = a.scale * tree(lane);
    return a.softcap == 0.0f ? s : a.softcap * math::tanh(s / a.softcap);
}

// One query head. max, sum, out: its own.
void attend(const AttentionChunk& a, AttentionSpan seen, const float* query, float* max,
            float* sums, float* out) {
    const uint32_t n = seen.end - seen.first;
    float e[kAttentionChunk];
    for (uint32_t p = 0; p < n; p++) e[p] = score(a, query, seen.first + p);
    const float m = maximum(e, n), next = a.merge && !(m > *max) ? *max : m;
    for (uint32_t p = 0; p < n; p++) e[p] = math::exp(e[p] - m);
    const float before = a.merge ? math::exp(*max - next) : 0, now = math::exp(m - next);
    for (uint32_t d = 0; d < a.v_dim; d++) {
        float o = 0.0f;
        for (uint32_t p = 0; p < n; p++)
            o = std::fma(e[p], kv_at(a.v, a.type, size_t(seen.first + p) * a.v_dim + d), o);
        out[d] = a.merge ? std::fma(out[d], before, o * now) : o;
    }
    *sums = a.merge ? std::fma(*sums, before, sum(e, n) * now) : sum(e, n);
    *max = next;
}

void attention_chunk(const AttentionChunk& a) {
    for (uint32_t t = 0; t < a.tokens; t++)
        for (uint32_t h = 0; h < a.heads; h++)
            attend(a, a.seen ? a.seen[t] : AttentionSpan{0, a.count},
                   a.q + t * a.q_stride + size_t(h) * a.head_dim, a.max + t * a.heads + h,
                   a.sum + t * a.heads + h, a.out + t * a.out_stride + size_t(h) * a.v_dim);
}

void attention_merge(const float* max, const float* sums, const float* partial, size_t stride,
                     size_t chunks, size_t v_dim, float* out) {
    float m = max[0], l = sums[0];
    for (size_t d = 0; d < v_dim; d++) out[d] = partial[d];
    for (size_t c = 1; c < chunks; c++) {
        const float next = max[c] > m ? max[c] : m;
        const float a = math::exp(m - next), b = math::exp(max[c] - next);
        m = next;
        l = std::fma(l, a, sums[c] * b);
        for (size_t d = 0; d < v_dim; d++)
            out[d] = std::fma(out[d], a, partial[c * stride + d] * b);
    }
    for (size_t d = 0; d < v_dim; d++) out[d] = out[d] / l;
}

float log_sum_exp(const float* x, size_t n) {
    const float m = maximum(x, n);
    float lane[16] = {};
    for (size_t i = 0; i < (n + 15) / 16 * 16; i++)
        lane[i % 16] += i < n ? math::exp(x[i] - m) : 0.0f;
    return math::log(tree(lane)) + m;
}

void softmax(float* x, size_t n) {
    const float m = maximum(x, n);
    for (size_t i = 0; i < n; i++) x[i] = math::exp(x[i] - m);
    const float total = sum(x, n);
    for (size_t i = 0; i < n; i++) x[i] = x[i] / total;
}

void matrix_update(const MatrixUpdate& m) {
    for (size_t r = 0; r < m.rows; r++)
        for (size_t j = 0; j < m.cols; j++) {
            float& c = m.c[r * m.c_stride + j];
            for (size_t k = 0; k < m.k; k++) {
                const float a = m.a[r * m.a_row + k * m.a_step];
                c = std::fma(m.subtract ? -a : a, m.b[k * m.b_stride + j], c);
            }
        }
}

}  // namespace

extern const OpKernels reference_ops = {
    quantize, round_tiles,   rms_norm,        hadamard,        rope, silu_mul,
    add,      to_f16,        attention_chunk, attention_merge, dot,  log_sum_exp,
    softmax,  matrix_update, gelu_tanh_mul,   softcap};

}  // namespace gosset
