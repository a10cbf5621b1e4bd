/// The contract between the runtime and every kernel: pointers and sizes in, numbers out. Kernels
/// are pure: no allocation, threads, logging, globals or errors; the caller has proven the shapes.
/// Every implementation of an entry gives the same bits (docs/architecture.md, "One answer").
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset {

inline constexpr uint32_t kPanelRows = 16, kPanelCols = 32, kScaleTable = 16;

enum class ActKind : uint8_t { f32, i8 };

/// What shares an entry of the table of scales.
enum class ScaleKind : uint8_t {
    none,   ///< nothing is scaled: codecs of floats
    row,    ///< all weights: entry 0, no index is stored
    block,  ///< 32 columns of a row: a 4-bit index, in the last 8 bytes of a panel
    group,  ///< 8 columns of a row: the index is part of the group's code
};

/// One tensor as kernels see it.
struct Weights {
    const uint8_t* panels;       ///< [row_blocks][blocks][panel_bytes], any alignment
    const uint16_t* row_scales;  ///< fp16 [16 * row_blocks]; null for ScaleKind::none
    const float* table;          ///< [16] f32; null for ScaleKind::none
    const uint8_t* params;       ///< [Codec::params_bytes], any alignment; null if that is 0
    uint32_t row_blocks;         ///< padded rows / 16
    uint32_t blocks;             ///< padded columns / 32
};

/// n tokens of one input vector, prepared once for all tensors that read it. Columns beyond the
/// logical width are 0. Base pointers are 64-byte aligned.
struct Activations {
    const float* f32;    ///< [n][32 * blocks]; for ActKind::f32
    const int8_t* q;     ///< [n][blocks][32]: byte 4*j + g is column 8*g + j (panel order)
    const float* scale;  ///< [n][blocks]: x = q * scale
    const int32_t* sum;  ///< [n][blocks]: sum of the block's 32 q
    const uint8_t* ext;  ///< [n][blocks][act_ext_bytes] made by CodecKernels::extend, or null
    /// bfloat16 [(n + 15) / 16][blocks][16][32] made by OpKernels::round_tiles, for
    /// gemm_rounded, which reads nothing else; or null.
    const uint16_t* rounded = nullptr;
};

/// y[t][r] for tokens t in [0, tokens) and rows r of row blocks [row_block_begin, row_block_end).
/// ActKind::i8:  y = row_scale[r] * fold over blocks b in column order, from 0.0f, of
///                   y = fma(float(acc_b), table[idx_b] * scale[b], y)
///   acc_b the exact int32 sum over the block's 32 columns of level * q; idx_b the 4-bit index, or
///   0 for ScaleKind::row. For ScaleKind::group, over the block's groups g = 0..3 in order:
///                   y = fma(s_b, scale[b], y),  s_b = fold from 0.0f of
///                   s = fma(float(acc_g), table[idx_g], s)
/// ActKind::f32: four accumulators a[c mod 4] (c = column), each a fold in column order of
///                   a = fma(w[r][c], x[c], a);  y = (a[0] + a[1]) + (a[2] + a[3]).
/// Rows of padding are written too: y has room for 16 * row_blocks floats per token.
struct MatvecArgs {
    Weights w;
    Activations x;
    uint32_t row_block_begin, row_block_end;
    uint32_t tokens;  ///< 1 for gemv; any number >= 1 for gemm
    float* y;         ///< token t, row r at y[t * y_stride + r]
    size_t y_stride;
};

/// Tokens from which on gemm_rounded is faster than gemm (Sapphire Rapids, docs/performance.md).
inline constexpr uint32_t kRoundedTokens = 32;

struct CodecKernels {
    void (*gemv)(const MatvecArgs&);
    /// Equals `tokens` gemv calls bit for bit; decodes a panel once for a block of tokens.
    void (*gemm)(const MatvecArgs&);
    /// out[0 .. 32 * blocks): the row's weights as floats, row_scale * (table[idx] * level).
    void (*decode_row)(const Weights&, uint32_t row, float* out);
    /// Fills ext for one token from its q (blocks x 32 bytes); null when act_ext_bytes is 0.
    void (*extend)(const int8_t* q, size_t blocks, uint8_t* ext);
    /// gemm in bfloat16, for codecs of ActKind::i8; null where a tier has none. Its numbers are not
    /// gemm's, but not further from the exact product: y = row_scale[r] * sum of w * x in float, in
    /// some order, of weights (table[idx] * level) and activations rounded to 8 bits each; gemm
    /// rounds no weights, but activations to 8 bits of the largest of a block. A token's y depends
    /// neither on the other tokens nor on the row blocks of the call.
    void (*gemm_rounded)(const MatvecArgs&) = nullptr;
};

/// Positions of the KV cache handled at a time; chunks begin at multiples of it.
inline constexpr uint32_t kAttentionChunk = 256;

enum class KvType : uint8_t { f16, f32 };

/// Positions [first, end) of a chunk.
struct AttentionSpan {
    uint32_t first, end;
};

/// Query heads of some tokens that share one KV head, over `count` positions of one chunk.
/// Definition, per token and query head, over the positions p that the token sees, from the first:
/// s[p] = scale * dot(q, k[p]) (softcap: c * tanh(s / c)); m = max s; e[p] = exp(s[p] - m); sum =
/// 16-lane sum of e over p; out[d] = fold over p, from +0, of fma(e[p], v[p][d], out). dot, max
/// and 16-lane as said at OpKernels. With `merge`, these are the next chunk for what max, sum and
/// out hold: M, L and O of attention_merge, before its last step.
struct AttentionChunk {
    const float* q;  ///< [tokens][q_stride]: of each token [heads][head_dim]
    const void* k;   ///< [count][head_dim] of KvType
    const void* v;   ///< [count][v_dim] of KvType
    KvType type;
    uint32_t heads, count, head_dim, v_dim;  ///< count <= kAttentionChunk; any of them from 1
    float scale, softcap;                    ///< softcap 0: none
    float* max;                              ///< [tokens][heads]
    float* sum;                              ///< [tokens][heads]
    float* out;  ///< [tokens][out_stride]: of each [heads][v_dim], not yet divided by sum
    // What follows may be left out for one token that sees all positions, without merge.
    uint32_t tokens = 1;
    size_t q_stride = 0, out_stride = 0;
    const AttentionSpan* seen = nullptr;  ///< [tokens], none empty; null: each sees all
    bool merge = false;
    float* scratch = nullptr;  ///< attention_scratch() floats, best 64-byte aligned
    /// Keys that will be read next, if not those behind k; null: unknown. Advice only.
    const void* next_k = nullptr;
};

/// Queries that a kernel takes through a chunk together at most; tokens * heads around it are best.
inline constexpr uint32_t kAttentionQueries = 64;

/// Floats of AttentionChunk::scratch.
constexpr size_t attention_scratch(size_t head_dim, size_t v_dim) {
    const size_t padded = (head_dim + 15) / 16 * 16;
    const size_t rows = padded < 64 ? 64 : padded;  // of keys or values, as floats
    return kAttentionQueries * (padded + kAttentionChunk + rows + 64 + 8) + 16 * v_dim;
}

/// One Kronecker factor: a symmetric Hadamard matrix (H = H^T, H H^T = order * I).
struct HadamardFactor {
    uint32_t order;
    const float* matrix;  ///< [order][order] of +1 / -1; null: Sylvester (order a power of two)
};

/// A rotation R = (H_f0 kron H_f1 kron ...) diag(sign) / sqrt(n), made by simd/hadamard.hpp.
/// Index i of x is ((i0 * f1 + i1) * f2 + i2) ...: the last factor is contiguous.
struct Hadamard {
    const HadamardFactor* factors;
    uint32_t n_factors;
    uint32_t n;             ///< product of the orders, <= 2^20
    const uint32_t* signs;  ///< [(n + 31) / 32]; bit i % 32 of word i / 32: 1 negates x[i]
    float norm;             ///< 1 / sqrt(n) in double, rounded to float once
};

/// c[r][j] <- fold over k ascending of fma(sign * a[r][k], b[k][j], c[r][j]), for r < rows, j <
/// cols. The matrix products of the quantizer: sums of outer products, the Cholesky update,
/// feedback.
struct MatrixUpdate {
    float* c;
    size_t c_stride;  ///< in floats, as all strides here
    const float* a;   ///< a[r][k] is a[r * a_row + k * a_step]
    size_t a_row, a_step;
    const float* b;  ///< [k][cols], rows b_stride apart
    size_t b_stride;
    size_t rows, cols, k;
    bool subtract;  ///< sign = -1, else +1
};

/// Codec-free operations. "16-lane": the terms padded with +0 to a multiple of 16; lane i folds
/// terms i, i+16, ... in order from +0, and the lanes are added as a fixed tree: i with i+8, then
/// +4, +2, +1. Products (of padded factors) are folded by fma. "max" is folded from -inf, as x > m
/// ? x : m, and +0 is added to it at the end (so that -0 never shows). Floats use + - * / sqrt fma
/// only; exp, log and tanh are those of runtime/base/math.hpp. Where a result is NaN, which NaN is
/// not said.
struct OpKernels {
    /// q[blocks][32] in panel order, scale, sum as in Activations; x has n columns, the rest is 0.
    /// scale = maxabs / 127; q = round_half_even(x * (127 / maxabs)). maxabs below 2^-100: scale 0,
    /// q 0. An infinity or NaN in a block: scale infinite or NaN, q 0.
    void (*quantize)(const float* x, size_t n, size_t blocks, int8_t* q, float* scale,
                     int32_t* sum);
    /// Token t of Activations::rounded, which begins at `tiles`, from n columns of x; the rest is
    /// 0. Rounded to nearest, ties to even. In tile t / 16 of each block its row is t % 16, where
    /// column c = 16 * h + 8 * g + j is element 4 * j + 2 * g + h.
    void (*round_tiles)(const float* x, size_t n, size_t blocks, size_t t, uint16_t* tiles);
    /// out[i] = (x[i] * r) * (offset + w[i]), r = 1 / sqrt(dot(x, x) / n + eps). In place allowed.
    void (*rms_norm)(const float* x, const float* w, size_t n, float eps, float offset, float* out);
    /// x <- R x, or R^T x when inverse. Forward: signs; the factors from the last to the first;
    /// then each x * norm. Inverse: the factors in the same order, x * norm, then the signs. With
    /// inner = the product of the later orders, a factor acts on every vector x[base + inner * k],
    /// k < order:
    ///   Sylvester: for half = 1, 2, 4 .. order / 2: pairs (a at k, b at k + half) with k & half =
    ///   0 become (a + b, a - b); dense: y[r] = fold over c in order, from +0, of y + H[r][c] *
    ///   x[c].
    /// scratch: n floats.
    void (*hadamard)(float* x, const Hadamard&, bool inverse, float* scratch);
    /// Rotates pairs (i, i + half) of each of `heads` vectors of stride head_dim.
    /// a' = a*cos - b*sin as fma(a, cos, -(b*sin)); b' = fma(b, cos, a*sin).
    void (*rope)(float* x, size_t heads, size_t head_dim, size_t half, const float* cos,
                 const float* sin);
    /// out[i] = (g[i] / (1 + exp(-g[i]))) * u[i]
    void (*silu_mul)(const float* g, const float* u, size_t n, float* out);
    void (*add)(const float* a, const float* b, size_t n, float* out);
    void (*f32_to_f16)(const float* x, size_t n, uint16_t* out);
    void (*attention_chunk)(const AttentionChunk&);
    /// Merges `chunks` partial results of one query head, in order, into out[v_dim]. The first is
    /// copied to M, L, O; each next has m = max(M, m_c), a = exp(M - m), b = exp(m_c - m),
    /// L = fma(L, a, l_c * b), O = fma(O, a, o_c * b), M = m; at the end out = O / L.
    /// max, sum: [chunks]; partial: [chunks][stride].
    void (*attention_merge)(const float* max, const float* sum, const float* partial, size_t stride,
                            size_t chunks, size_t v_dim, float* out);
    float (*dot)(const float* a, const float* b, size_t n);  ///< 16-lane
    /// log(sum exp(x - max)) + max; 16-lane.
    float (*log_sum_exp)(const float* x, size_t n);
    /// x <- exp(x - max) / sum; 16-lane.
    void (*softmax)(float* x, size_t n);
    void (*matrix_update)(const MatrixUpdate&);
    /// GELU in its tanh form (Hendrycks and Gimpel 2016), gated: out[i] = ((0.5 * g) * (1 + tanh(
    /// (sqrt(2 / pi) * g) * fma(0.044715 * g, g, 1)))) * u[i].
    void (*gelu_tanh_mul)(const float* g, const float* u, size_t n, float* out);
    /// x[i] <- cap * tanh(x[i] / cap)
    void (*softcap)(float* x, size_t n, float cap);
};

/// sqrt(2 / pi), and the cubic's factor, of gelu_tanh_mul.
inline constexpr float kGeluScale = 0x1.988454p-1f, kGeluCubic = 0.044715f;

}  // namespace gosset
