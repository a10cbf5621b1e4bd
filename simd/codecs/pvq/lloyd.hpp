/// Lloyd's algorithm for the gains: nearest point and gain for every group, then for every gain the
/// value with the least error over its groups, <x, y> / <y, y> (Lloyd, IEEE Trans. Inf. Theory
/// 28(2), 1982). Shared by fit.cpp and make_table.cpp.
#pragma once

#include <algorithm>
#include <vector>

#include "simd/codecs/pvq/layout.hpp"
#include "simd/codecs/pvq/search.hpp"

namespace gosset::pvq {

/// The last gain also fills the entries that no code of the encoder names.
template <uint32_t K>
inline void fill_table(float table[kScaleTable]) {
    constexpr uint32_t n = Layout<K>::kGains;
    std::sort(table, table + n);
    for (uint32_t k = n; k < kScaleTable; k++) table[k] = table[n - 1];
}

/// Quantiles of sum |x| / K: the gain that needs no rounding of the sum.
template <uint32_t K>
inline void lloyd_start(const std::vector<Target>& groups, float table[kScaleTable]) {
    constexpr size_t n = Layout<K>::kGains;
    std::vector<float> totals;
    for (const Target& t : groups)
        if (t.total > 0) totals.push_back(t.total / float(K));
    if (totals.empty()) totals.push_back(1);
    std::sort(totals.begin(), totals.end());
    for (size_t k = 0; k < n; k++) table[k] = totals[(2 * k + 1) * totals.size() / (2 * n)];
    fill_table<K>(table);
}

template <uint32_t K>
inline void lloyd_round(const std::vector<Target>& groups, float table[kScaleTable]) {
    const Gains gains(table, Layout<K>::kGains);
    double with_point[kScaleTable] = {}, of_point[kScaleTable] = {};
    for (const Target& t : groups) {
        Found found;
        search<int(K)>(t, gains, found);
        for (int i = 0; i < 8; i++) {
            with_point[found.gain] += double(t.x[i]) * found.y[i];
            of_point[found.gain] += double(found.y[i]) * found.y[i];
        }
    }
    for (uint32_t k = 0; k < Layout<K>::kGains; k++)
        if (of_point[k] > 0 && with_point[k] > 0) table[k] = float(with_point[k] / of_point[k]);
    fill_table<K>(table);
}

template <uint32_t K>
inline double lloyd_error(const std::vector<Target>& groups, const float table[kScaleTable]) {
    const Gains gains(table, Layout<K>::kGains);
    double error = 0;
    for (const Target& t : groups) {
        Found found;
        search<int(K)>(t, gains, found);
        error += double(found.error);
    }
    return error;
}

}  // namespace gosset::pvq
