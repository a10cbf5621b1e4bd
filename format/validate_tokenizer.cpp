// Runs on every open over arrays of a million entries: each check is one plain loop that the
// compiler turns into vectors, with the search for the culprit only after a failure.
#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "format/validate.hpp"

namespace gosset {
namespace {

std::string number(uint64_t n) {
    return std::to_string(n);
}

template <class T>
T largest(std::span<const T> v) {
    T m = 0;
    for (T x : v) m = x > m ? x : m;
    return m;
}

Status check_size(const char* name, uint64_t size, uint64_t expected) {
    if (size == expected) return {};
    return corrupt(std::string(name) + " has " + number(size) + " entries, must have " +
                   number(expected));
}

Status check_offsets(const TokenizerView& t) {
    if (t.offsets.empty()) return check_size("blob", t.blob.size(), 0);
    if (t.offsets.front() != 0) return corrupt("offsets[0] is not 0");
    bool falls = false;
    for (size_t i = 1; i < t.offsets.size(); i++) falls |= t.offsets[i] < t.offsets[i - 1];
    if (falls) {
        const auto it = std::is_sorted_until(t.offsets.begin(), t.offsets.end());
        return corrupt("offsets[" + number(uint64_t(it - t.offsets.begin())) + "] falls");
    }
    if (t.offsets.back() != t.blob.size())
        return corrupt("offsets end at " + number(t.offsets.back()) + ", blob has " +
                       number(t.blob.size()) + " bytes");
    return {};
}

Status check_ids(const char* name, std::span<const uint32_t> ids, uint32_t n) {
    if (ids.empty() || largest(ids) < n) return {};
    return corrupt(std::string(name) + " holds id " + number(largest(ids)) + ", there are " +
                   number(n) + " tokens");
}

Status check_types(std::span<const uint8_t> types) {
    if (largest(types) <= kTokenUnused) return {};  // no flags, as in most vocabularies
    uint8_t top = 0, stray = 0;
    for (const uint8_t type : types) {
        top = std::max(top, uint8_t(type & kTokenTypeMask));
        const uint8_t flags = type & uint8_t(~kTokenTypeMask);
        stray |= is_added_type(token_type(type)) ? uint8_t(0) : flags;
    }
    if (top <= kTokenUnused && stray == 0) return {};
    return unsupported(top > kTokenUnused ? "token type " + number(top) +
                                                " is unknown: the file is damaged or needs a "
                                                "newer gosset"
                                          : "a token that is not an added one has their flags");
}

Status check_special(const char* name, uint32_t id, uint32_t n) {
    if (id == UINT32_MAX || id < n) return {};
    return corrupt(std::string(name) + " is " + number(id) + ", there are " + number(n) +
                   " tokens");
}

Status check_merges(const TokenizerView& t) {
    const uint64_t m = t.merges.size();
    uint32_t top = 0;
    for (const Merge& merge : t.merges)
        top = std::max(top, std::max(std::max(merge.left, merge.right), merge.result));
    if (m > 0 && top >= t.size())
        return corrupt("merges hold id " + number(top) + ", there are " + number(t.size()) +
                       " tokens");
    const uint64_t slots = t.merge_index.size();
    if (m == 0) return check_size("merge_index", slots, 0);
    if (!std::has_single_bit(slots) || slots < 2 * m || slots > limits::kMergeSlots)
        return corrupt("merge_index has " + number(slots) +
                       " slots, must be a power of two at least twice the " + number(m) +
                       " merges");
    if (largest(t.merge_index) > m)
        return corrupt("merge_index holds entry " + number(largest(t.merge_index)) +
                       ", there are " + number(m) + " merges");
    return {};
}

Status check_scores(const TokenizerView& t) {
    if (!t.scores.empty()) GOSSET_TRY(check_size("scores", t.scores.size(), t.size()));
    bool nan = false;
    for (float s : t.scores) nan |= s != s;
    return nan ? corrupt("a score is NaN") : Status();
}

Status check_self_tests(const TokenizerView& t) {
    if (t.self_tests.size() > limits::kSelfTests) return corrupt("more than 1024 self tests");
    for (const auto& test : t.self_tests) {
        if (test.ids.size() > limits::kSelfTestIds)
            return corrupt("a self test has more than 65536 ids");
        GOSSET_TRY(check_ids("self test", test.ids, t.size()));
    }
    return {};
}

}  // namespace

Status validate_tokenizer(const TokenizerView& t, uint32_t vocab) {
    const TokenizerTraits& traits = t.traits;
    if (traits.kind > TokenizerKind::spm)
        return unsupported("kind " + number(uint64_t(traits.kind)) +
                           " is unknown: the file is damaged or needs a newer gosset");
    if (t.offsets.size() > uint64_t(vocab) + 1)
        return corrupt(number(t.offsets.size() - 1) + " tokens, config.vocab is only " +
                       number(vocab));
    const uint32_t n = t.size();
    if (traits.kind != TokenizerKind::none && n == 0) return corrupt("there are no tokens");
    GOSSET_TRY(check_offsets(t));
    GOSSET_TRY(check_size("types", t.types.size(), n));
    GOSSET_TRY(check_types(t.types));
    GOSSET_TRY(check_scores(t));
    GOSSET_TRY(check_size("index", t.index.size(), n));
    GOSSET_TRY(check_ids("index", t.index, n));
    GOSSET_TRY(check_merges(t));
    GOSSET_TRY(check_special("bos", traits.bos, n));
    GOSSET_TRY(check_special("eos", traits.eos, n));
    GOSSET_TRY(check_special("unk", traits.unk, n));
    GOSSET_TRY(check_special("pad", traits.pad, n));
    if (t.end_ids.size() > limits::kEndIds) return corrupt("more than 4096 end ids");
    GOSSET_TRY(check_ids("end_ids", t.end_ids, n));
    return check_self_tests(t);
}

}  // namespace gosset
