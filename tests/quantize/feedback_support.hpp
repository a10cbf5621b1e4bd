/// What tests of error feedback share: correlated moments, rows, an encoder with and without
/// feedback, and what its errors cost.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/codec.hpp"
#include "simd/encoder.hpp"
#include "tools/quantize/feedback.hpp"

namespace gosset::test {

/// Second moments of `samples` vectors whose neighbouring entries correlate by rho.
inline std::vector<float> moments(uint64_t n, uint64_t samples, float rho, Rng& rng) {
    std::vector<float> h(n * n), x(n);
    for (uint64_t s = 0; s < samples; s++) {
        x[0] = rng.normal();
        for (uint64_t i = 1; i < n; i++)
            x[i] = rho * x[i - 1] + std::sqrt(1 - rho * rho) * rng.normal();
        for (uint64_t i = 0; i < n; i++)
            for (uint64_t j = i; j < n; j++) h[i * n + j] += x[i] * x[j];
    }
    return h;
}

struct Encoded {
    std::vector<uint8_t> panels;
    std::vector<uint16_t> row_scales;
    std::vector<float> decoded, error;
};

/// Scales for normal numbers, and the params that the codec likes best for these rows.
inline Tables tables_for(const Codec& codec, const std::vector<float>& rows, uint64_t n) {
    Tables t;
    find_encoder(codec)->fit(codec, rows.data(), rows.size() / n, n, t);
    return t;
}

inline std::vector<float> decode(const Codec& codec, const Tables& tables, const Encoded& e,
                                 uint64_t rows, uint64_t n) {
    std::vector<float> out(rows * n);
    const Weights w{e.panels.data(), e.row_scales.data(), tables.scale,
                    tables.params,   uint32_t(rows / 16), uint32_t(n / 32)};
    for (uint64_t r = 0; r < rows; r++) codec.reference->decode_row(w, uint32_t(r), &out[r * n]);
    return out;
}

inline Encoded plain(const Codec& codec, const std::vector<float>& rows, uint64_t n) {
    const uint64_t count = rows.size() / n, row_block = n / 32 * codec.panel_bytes;
    const Tables tables = tables_for(codec, rows, n);
    Encoded e{std::vector<uint8_t>(count / 16 * row_block), std::vector<uint16_t>(count), {}, {}};
    for (uint64_t r = 0; r < count; r += 16)
        find_encoder(codec)->encode_rows(codec, &rows[r * n], n, nullptr, tables,
                                         &e.panels[r / 16 * row_block], &e.row_scales[r]);
    e.decoded = decode(codec, tables, e, count, n);
    return e;
}

inline Encoded fed_back(const Codec& codec, const quantize::Feedback& f,
                        const std::vector<float>& rows, uint64_t n) {
    const uint64_t count = rows.size() / n;
    const Tables tables = tables_for(codec, rows, n);
    Encoded e{std::vector<uint8_t>(count / 16 * (n / 32) * codec.panel_bytes, 0xa5),
              std::vector<uint16_t>(count, 0xa5a5),
              {},
              std::vector<float>(rows.size(), NAN)};
    f.encode({codec, *find_encoder(codec), rows.data(), count, tables, e.error.data(),
              e.panels.data(), e.row_scales.data()});
    e.decoded = decode(codec, tables, e, count, n);
    return e;
}

/// tr(E H E^T), h by its upper triangle.
inline double loss(const std::vector<float>& rows, const Encoded& e, const std::vector<float>& h,
                   uint64_t n) {
    double sum = 0;
    std::vector<double> d(n);
    for (uint64_t r = 0; r < rows.size() / n; r++) {
        for (uint64_t i = 0; i < n; i++)
            d[i] = double(rows[r * n + i]) - double(e.decoded[r * n + i]);
        for (uint64_t i = 0; i < n; i++)
            for (uint64_t j = i; j < n; j++)
                sum += (i == j ? 1 : 2) * d[i] * d[j] * double(h[i * n + j]);
    }
    return sum;
}

/// tr(G E H E^T), both by their upper triangles.
inline double loss(const std::vector<float>& rows, const Encoded& e, const std::vector<float>& g,
                   const std::vector<float>& h, uint64_t n) {
    const uint64_t count = rows.size() / n;
    std::vector<double> d(rows.size()), dh(rows.size());
    for (uint64_t i = 0; i < rows.size(); i++) d[i] = double(rows[i]) - double(e.decoded[i]);
    for (uint64_t r = 0; r < count; r++)
        for (uint64_t i = 0; i < n; i++)
            for (uint64_t j = 0; j < n; j++)
                dh[r * n + j] += d[r * n + i] * double(h[std::min(i, j) * n + std::max(i, j)]);
    double sum = 0;
    for (uint64_t r = 0; r < count; r++)
        for (uint64_t s = r; s < count; s++) {
            double dot = 0;
            for (uint64_t i = 0; i < n; i++) dot += d[r * n + i] * dh[s * n + i];
            sum += (r == s ? 1 : 2) * double(g[r * count + s]) * dot;
        }
    return sum;
}

inline std::vector<float> normal_rows(uint64_t count, uint64_t n, Rng& rng) {
    std::vector<float> rows(count * n);
    rng.normals(rows.data(), rows.size());
    return rows;
}

}  // namespace gosset::test
