#include "tools/gradient/activation.hpp"

#include <cmath>

namespace gosset::gradient {

namespace {

// silu(g) = g s, s = 1 / (1 + e^-g) = (1 + tanh(g / 2)) / 2: silu' = s + g s (1 - s).
void silu_back(const OpKernels& ops, const GatedRow& row, const float* dy, float* s, float* d_gate,
               float* d_up) {
    for (size_t i = 0; i < row.n; i++) s[i] = row.gate[i];
    ops.softcap(s, row.n, 2);  // 2 tanh(g / 2)
    for (size_t i = 0; i < row.n; i++) {
        const float sigmoid = 0.5f + 0.25f * s[i], silu = row.gate[i] * sigmoid;
        d_gate[i] = dy[i] * row.up[i] * (sigmoid + silu * (1 - sigmoid));
        d_up[i] = dy[i] * silu;
    }
}

// gelu(g) = g (1 + t) / 2, t = tanh(u), u = c (g + a g^3):
// gelu' = (1 + t) / 2 + g (1 - t^2) c (1 + 3 a g^2) / 2.
void gelu_back(const OpKernels& ops, const GatedRow& row, const float* dy, float* t, float* d_gate,
               float* d_up) {
    constexpr float c = 0.7978845608f, a = 0.044715f;
    for (size_t i = 0; i < row.n; i++) {
        const float g = row.gate[i];
        t[i] = c * (g + a * g * g * g);
    }
    ops.softcap(t, row.n, 1);
    for (size_t i = 0; i < row.n; i++) {
        const float g = row.gate[i], half = 0.5f * (1 + t[i]);
        const float slope = 0.5f * g * (1 - t[i] * t[i]) * c * (1 + 3 * a * g * g);
        d_gate[i] = dy[i] * row.up[i] * (half + slope);
        d_up[i] = dy[i] * g * half;
    }
}

}  // namespace

// With r = (mean x^2 + eps)^-1/2 and g = dy (offset + weight): dx = r (g - x r^2 mean(g x)).
void norm_back_row(const OpKernels& ops, const NormRow& norm, float* dy, float* dx) {
    const float n = float(norm.n);
    for (size_t i = 0; i < norm.n; i++) dy[i] *= norm.offset + norm.weight[i];
    const float r = 1 / std::sqrt(ops.dot(norm.x, norm.x, norm.n) / n + norm.eps);
    const float along = ops.dot(dy, norm.x, norm.n) / n * r * r;
    for (size_t i = 0; i < norm.n; i++) dx[i] += r * (dy[i] - norm.x[i] * along);
}

void gated_back_row(const OpKernels& ops, Activation activation, const GatedRow& row,
                    const float* dy, float* scratch, float* d_gate, float* d_up) {
    (activation == Activation::gelu_tanh ? gelu_back : silu_back)(ops, row, dy, scratch, d_gate,
                                                                  d_up);
}

}  // namespace gosset::gradient
