/// A TokenizerData whose ids are in range and whose offsets are monotone, and which may be wrong in
/// every other way: what the tokenizer must survive. Shared by the test and the fuzzer. Header
/// only.
#pragma once

#include <algorithm>
#include <string>

#include "format/tokenizer_view.hpp"
#include "runtime/base/rng.hpp"
#include "runtime/session/tokenizer.hpp"

namespace gosset::test {

inline TokenizerData hostile_tokenizer(Rng& rng) {
    static constexpr const char* kPieces[] = {
        "a",  "b",  "ab", "<0x41>", "<0x",      "\xe2\x96\x81", " ",  "",
        "aa", "<s", ">",  "\xff",   "\xf0\x9f", "\n",           "<s>"};
    static constexpr const char* kPres[] = {"none",   "metaspace", "metaspace_first", "gpt2",
                                            "smollm", "llama3",    "qwen2",           "other"};
    TokenizerData d;
    const uint32_t n = 1 + rng.below(40);
    const auto flag = [&] { return rng.below(2) == 1; };
    const auto id = [&] { return rng.below(4) == 0 ? UINT32_MAX : rng.below(n); };
    d.offsets.push_back(0);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t parts = rng.below(4); parts > 0; parts--)
            d.blob += kPieces[rng.below(std::size(kPieces))];
        if (flag()) d.blob += char(rng.below(256));
        d.offsets.push_back(uint32_t(d.blob.size()));
        d.types.push_back(uint8_t(rng.below(kTokenUnused + 1)));
        if (is_added_type(token_type(d.types[i]))) d.types[i] |= uint8_t(rng.below(16) << 4);
        d.index.push_back(rng.below(n));
    }
    const TokenizerView view = d.view();
    if (flag())
        std::sort(d.index.begin(), d.index.end(),
                  [&](uint32_t a, uint32_t b) { return view.bytes(a) < view.bytes(b); });
    if (flag())
        for (uint32_t i = 0; i < n; i++) d.scores.push_back(float(rng.below(3)) - 1.0f);
    for (uint32_t m = rng.below(30); m > 0; m--)
        d.merges.push_back({rng.below(n), rng.below(n), rng.below(n)});
    if (!d.merges.empty()) d.merge_index.resize(64);
    for (uint32_t& slot : d.merge_index) slot = rng.below(uint32_t(d.merges.size()) + 1);
    d.pre = kPres[rng.below(std::size(kPres))];
    TokenizerTraits& t = d.traits;
    t.kind = TokenizerKind(rng.below(3));
    t.byte_level = flag(), t.byte_fallback = flag(), t.ignore_merges = flag(), t.nfc = flag();
    t.space_to_meta = flag(), t.add_space_prefix = flag(), t.strip_left_space = flag();
    t.strip_first_token = flag(), t.fuse_unk = flag();
    t.add_bos = flag(), t.add_eos = flag();
    t.bos = id(), t.eos = id(), t.unk = id(), t.pad = id();
    return d;
}

/// Encodes and decodes with every option; false when something impossible came out.
inline bool survives(const TokenizerData& data, std::string_view text) {
    const TokenizerView view = data.view();
    const Tokenizer tokenizer(&view);
    bool sane = true;
    for (int options = 0; options < 4; options++) {
        const auto ids = tokenizer.encode(text, {(options & 1) != 0, (options & 2) != 0});
        if (!ids.ok()) continue;
        StreamDecoder stream(&tokenizer);
        std::string streamed;
        for (const uint32_t id : *ids) {
            sane = sane && id < view.size();
            streamed += stream.next(id);
        }
        sane = sane && streamed + stream.finish() == tokenizer.decode(ids->data(), ids->size());
    }
    return sane;
}

}  // namespace gosset::test
