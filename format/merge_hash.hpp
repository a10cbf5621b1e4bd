/// The stored lookup table of BPE merges: an open-addressed hash over (left, right), part of the
/// file format (docs/format.md), so that no map is built when a model is opened.
///
///     slot(left, right) = ((left * 0x9E3779B97F4A7C15) ^ (right * 0xC2B2AE3D27D4EB4F)) >> 32
///                         & (size - 1)                                    in 64-bit arithmetic
///
/// An entry holds merge + 1, 0 is empty; a collision goes to the next slot, at most
/// kMaxMergeProbes of them, so that a hostile table cannot make a lookup slow. Where a pair occurs
/// twice the first (best) rank is stored. Relies on tokenizer_view.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "format/tokenizer_view.hpp"

namespace gosset {

inline constexpr uint32_t kMaxMergeProbes = 256;
inline constexpr uint32_t kNoMerge = UINT32_MAX;

/// Home slot of a pair; size is a power of two.
inline uint32_t merge_slot(uint32_t left, uint32_t right, size_t size) {
    const uint64_t h =
        (uint64_t(left) * 0x9E3779B97F4A7C15u) ^ (uint64_t(right) * 0xC2B2AE3D27D4EB4Fu);
    return uint32_t(h >> 32) & uint32_t(size - 1);
}

/// Rank (number in `merges`) of the pair, or kNoMerge. Safe on any contents of `index` whose size
/// is 0 or a power of two up to 2^32.
inline uint32_t find_merge(std::span<const Merge> merges, std::span<const uint32_t> index,
                           uint32_t left, uint32_t right) {
    if (index.empty()) return kNoMerge;
    const size_t mask = index.size() - 1;
    size_t slot = merge_slot(left, right, index.size());
    for (uint32_t probe = 0; probe < kMaxMergeProbes; probe++, slot = (slot + 1) & mask) {
        const uint32_t entry = index[slot];
        if (entry == 0 || entry > merges.size()) return kNoMerge;
        const Merge& m = merges[entry - 1];
        if (m.left == left && m.right == right) return entry - 1;
    }
    return kNoMerge;
}

/// Fills *index with the smallest table of at least 2 m slots that keeps every run within
/// kMaxMergeProbes; empty for m = 0. False when `merges` collide so badly (never by chance) that
/// 2^28 slots do not do.
inline bool build_merge_index(std::span<const Merge> merges, std::vector<uint32_t>* index) {
    index->clear();
    if (merges.empty()) return true;
    uint64_t size = 2;
    while (size < 2 * uint64_t(merges.size())) size *= 2;
    for (; size <= (uint64_t(1) << 28); size *= 2) {
        index->assign(size_t(size), 0);
        bool fits = true;
        for (size_t i = 0; i < merges.size() && fits; i++) {
            const Merge& m = merges[i];
            size_t slot = merge_slot(m.left, m.right, index->size());
            uint32_t probe = 0;
            for (; probe < kMaxMergeProbes; probe++, slot = (slot + 1) & (index->size() - 1)) {
                const uint32_t entry = (*index)[slot];
                if (entry == 0) (*index)[slot] = uint32_t(i + 1);
                if (entry == 0) break;
                if (merges[entry - 1].left == m.left && merges[entry - 1].right == m.right) break;
            }
            fits = probe < kMaxMergeProbes;
        }
        if (fits) return true;
    }
    index->clear();
    return false;
}

}  // namespace gosset
