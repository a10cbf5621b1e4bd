#include "tools/gradient/attention.hpp"

#include <algorithm>

namespace gosset::gradient {

namespace {

constexpr size_t kQueries = 64;  ///< of a head, at a time

/// to[c][t] = from[t][c]
void transpose(Rows from, size_t tokens, size_t cols, float* to) {
    for (size_t c = 0; c < cols; c++)
        for (size_t t = 0; t < tokens; t++) to[c * tokens + t] = from.row(t)[c];
}

void zero(Rows rows, size_t count, size_t cols) {
    for (size_t t = 0; t < count; t++) std::fill_n(rows.row(t), cols, 0.0f);
}

}  // namespace

/// Queries [first, first + n) see positions [low, end); matrices of scores are [n][tokens].
struct Attention::Head {
    const OpKernels& ops;
    const AttentionShape& s;
    size_t tokens;
    float *k_t, *v_t;     ///< [dim][tokens]: transposed
    float *p, *dp, *raw;  ///< [kQueries][tokens]: probabilities, gradients, capped scores

    size_t low_of(size_t t) const { return s.window && t + 1 > s.window ? t + 1 - s.window : 0; }

    /// c[rows][cols] += a[rows][k] b[k][cols]
    void multiply(float* c, size_t c_stride, const float* a, size_t a_row, size_t a_step,
                  const float* b, size_t b_stride, size_t rows, size_t cols, size_t k) const {
        MatrixUpdate m{};
        m.c = c, m.c_stride = c_stride;
        m.a = a, m.a_row = a_row, m.a_step = a_step;
        m.b = b, m.b_stride = b_stride;
        m.rows = rows, m.cols = cols, m.k = k;
        ops.matrix_update(m);
    }

    /// Fills p (and raw, with a softcap).
    void probabilities(Rows q, size_t first, size_t n) const {
        const size_t low = low_of(first), end = first + n;
        zero({p, tokens}, n, tokens);
        multiply(p + low, tokens, q.row(first), q.stride, 1, k_t + low, tokens, n, end - low,
                 s.head_dim);
        for (size_t i = 0; i < n; i++) {
            const size_t t = first + i, from = low_of(t);
            float* row = p + i * tokens;
            for (size_t j = low; j < end; j++) row[j] *= s.scale;
            if (s.softcap != 0) {
                ops.softcap(row + from, t + 1 - from, s.softcap);
                std::copy(row + from, row + t + 1, raw + i * tokens + from);
            }
            ops.softmax(row + from, t + 1 - from);
            std::fill(row + low, row + from, 0.0f);
            std::fill(row + t + 1, row + end, 0.0f);
        }
    }

    /// dp = dL/d(q k) from dL/dout.
    void score_gradients(Rows out, Rows dout, size_t first, size_t n) const {
        const size_t low = low_of(first), end = first + n;
        zero({dp, tokens}, n, tokens);
        multiply(dp + low, tokens, dout.row(first), dout.stride, 1, v_t + low, tokens, n, end - low,
                 s.v_dim);
        for (size_t i = 0; i < n; i++) {
            const size_t t = first + i;
            const float mean = ops.dot(out.row(t), dout.row(t), s.v_dim);
            float *d = dp + i * tokens, *prob = p + i * tokens;
            for (size_t j = low; j < end; j++) d[j] = prob[j] * (d[j] - mean) * s.scale;
            if (s.softcap == 0) continue;
            for (size_t j = low_of(t); j <= t; j++) {
                const float x = raw[i * tokens + j] / s.softcap;
                d[j] *= 1 - x * x;
            }
        }
    }
};

void Attention::reserve(const AttentionShape& s, size_t tokens) {
    of_member_ = tokens * (s.head_dim + s.v_dim + 3 * kQueries);
    scratch_.resize(std::max(scratch_.size(), team_.members() * of_member_));
}

Attention::Head Attention::head(const AttentionShape& s, size_t tokens, uint32_t member) {
    float* at = &scratch_[member * of_member_];
    float* p = at + tokens * (s.head_dim + s.v_dim);
    return {ops_,
            s,
            tokens,
            at,
            at + tokens * s.head_dim,
            p,
            p + kQueries * tokens,
            p + 2 * kQueries * tokens};
}

void Attention::forward(const AttentionShape& s, Rows q, Rows k, Rows v, size_t tokens, Rows out) {
    reserve(s, tokens);
    const uint32_t group = s.heads / s.kv_heads;
    team_.each(s.heads, [&](size_t h, uint32_t member) {
        const Head head = this->head(s, tokens, member);
        const Rows values{v.at + h / group * s.v_dim, v.stride};
        const Rows to{out.at + h * s.v_dim, out.stride};
        transpose({k.at + h / group * s.head_dim, k.stride}, tokens, s.head_dim, head.k_t);
        for (size_t first = 0; first < tokens; first += kQueries) {
            const size_t n = std::min(kQueries, tokens - first), low = head.low_of(first);
            head.probabilities({q.at + h * s.head_dim, q.stride}, first, n);
            zero({to.row(first), to.stride}, n, s.v_dim);
            head.multiply(to.row(first), to.stride, head.p + low, tokens, 1, values.row(low),
                          values.stride, n, s.v_dim, first + n - low);
        }
    });
}

void Attention::backward(const AttentionShape& s, Rows q, Rows k, Rows v, Rows out, Rows dout,
                         size_t tokens, Rows dq, Rows dk, Rows dv) {
    reserve(s, tokens);
    dk_.assign(s.heads * tokens * s.head_dim, 0.0f);
    dv_.assign(s.heads * tokens * s.v_dim, 0.0f);
    const uint32_t group = s.heads / s.kv_heads;
    team_.each(s.heads, [&](size_t h, uint32_t member) {
        const Head head = this->head(s, tokens, member);
        const Rows queries{q.at + h * s.head_dim, q.stride};
        const Rows keys{k.at + h / group * s.head_dim, k.stride};
        const Rows to{dq.at + h * s.head_dim, dq.stride};
        const Rows of_out{dout.at + h * s.v_dim, dout.stride};
        transpose(keys, tokens, s.head_dim, head.k_t);
        transpose({v.at + h / group * s.v_dim, v.stride}, tokens, s.v_dim, head.v_t);
        for (size_t first = 0; first < tokens; first += kQueries) {
            const size_t n = std::min(kQueries, tokens - first), low = head.low_of(first);
            const size_t seen = first + n - low;
            head.probabilities(queries, first, n);
            head.score_gradients({out.at + h * s.v_dim, out.stride}, of_out, first, n);
            zero({to.row(first), to.stride}, n, s.head_dim);
            head.multiply(to.row(first), to.stride, head.dp + low, tokens, 1, keys.row(low),
                          keys.stride, n, s.head_dim, seen);
            head.multiply(&dk_[(h * tokens + low) * s.head_dim], s.head_dim, head.dp + low, 1,
                          tokens, queries.row(first), queries.stride, seen, s.head_dim, n);
            head.multiply(&dv_[(h * tokens + low) * s.v_dim], s.v_dim, head.p + low, 1, tokens,
                          of_out.row(first), of_out.stride, seen, s.v_dim, n);
        }
    });
    const auto gather = [&](const std::vector<float>& parts, size_t dim, Rows to) {
        each_tile(team_, tokens, [&](size_t first, size_t n, uint32_t) {
            for (size_t t = first; t < first + n; t++)
                for (uint32_t h = 0; h < s.heads; h++) {
                    const float* from = &parts[(h * tokens + t) * dim];
                    float* sum = to.row(t) + h / group * dim;
                    for (size_t c = 0; c < dim; c++)
                        sum[c] = h % group ? sum[c] + from[c] : from[c];
                }
        });
    };
    gather(dk_, s.head_dim, dk);
    gather(dv_, s.v_dim, dv);
}

}  // namespace gosset::gradient
