/// A matrix that was encoded and decoded by the reference, for tests of encoders. Relies on the
/// registry of codecs and encoders.
#pragma once

#include <cstring>
#include <vector>

#include "runtime/base/rng.hpp"
#include "simd/encoder.hpp"
#include "tests/support/support.hpp"

namespace gosset::test {

inline std::vector<float> normals(size_t n, uint64_t seed) {
    std::vector<float> x(n);
    Rng(seed).normals(x.data(), n);
    return x;
}

/// Squared error relative to the squares, with weights of the columns if given.
inline double relative_error(const std::vector<float>& x, const std::vector<float>& y,
                             const float* weights = nullptr, size_t cols = 1) {
    double error = 0, energy = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const double w = weights ? double(weights[i % cols]) : 1, e = double(x[i]) - double(y[i]);
        error += w * e * e, energy += w * double(x[i]) * double(x[i]);
    }
    return error / energy;
}

/// FNV-1a.
struct Hash {
    uint64_t value = 0xcbf29ce484222325u;
    void mix(const void* p, size_t n) {
        for (size_t i = 0; i < n; ++i)
            value = (value ^ static_cast<const uint8_t*>(p)[i]) * 0x100000001b3u;
    }
};

/// rows / cols is a multiple of 16. Without tables of its own it has those that fit the rows.
struct Encoded {
    std::vector<uint8_t> panels;
    std::vector<uint16_t> row_scales;
    std::vector<float> decoded;
    Tables tables;

    Encoded(const char* name, const std::vector<float>& rows, size_t cols,
            const float* importance = nullptr, const Tables* own_tables = nullptr) {
        const Codec* codec = find_codec(name, std::strlen(name));
        REQUIRE(codec);
        const Encoder& encoder = *find_encoder(*codec);
        const size_t n = rows.size() / cols;
        panels.resize(codes_size(*codec, n, cols));
        row_scales.resize(n);
        decoded.resize(rows.size());
        if (own_tables)
            tables = *own_tables;
        else
            encoder.fit(*codec, rows.data(), n, cols, tables);
        const size_t stride = panels.size() / (n / 16);
        for (size_t r = 0; r < n; r += 16)
            encoder.encode_rows(*codec, &rows[r * cols], cols, importance, tables,
                                &panels[r / 16 * stride], &row_scales[r]);
        const Weights w = {panels.data(), row_scales.data(), tables.scale,
                           tables.params, uint32_t(n / 16),  uint32_t(cols / 32)};
        for (size_t r = 0; r < n; ++r)
            codec->reference->decode_row(w, uint32_t(r), &decoded[r * cols]);
    }
};

}  // namespace gosset::test
