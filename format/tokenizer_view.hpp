/// A tokenizer as arrays: TokenizerView (spans into the mapped file, no map is built at load) and
/// TokenizerData (the same, owned: what importers fill and the writer stores).
/// Every array is in token-id order unless said otherwise.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gosset {

enum class TokenizerKind : uint8_t {
    none = 0,  ///< the model has no tokenizer: ids only
    bpe = 1,  ///< merges by rank (GPT-2, Llama 3, Qwen; also Llama 2 and Gemma from tokenizer.json)
    spm = 2,  ///< merges by score (SentencePiece BPE as stored in GGUF)
};

/// A token's type byte: its type in the low four bits (token_type()), and for added tokens
/// (control, user-defined, unknown) the flags below.
enum TokenType : uint8_t {
    kTokenNormal = 0,
    kTokenControl = 1,      ///< special: parsed in text on request, never printed
    kTokenUserDefined = 2,  ///< added token: parsed in text always, printed
    kTokenByte = 3,         ///< "<0xAB>": one raw byte (byte fallback)
    kTokenUnknown = 4,
    kTokenUnused = 5,
};
constexpr uint8_t kTokenTypeMask = 0x0f;

/// How an added token is found in text (Hugging Face's AddedToken).
enum AddedFlag : uint8_t {
    kAddedLeftStrip = 0x10,   ///< takes the white space before it
    kAddedRightStrip = 0x20,  ///< takes the white space after it
    kAddedSingleWord = 0x40,  ///< only where no word character (\w) touches it
    kAddedNormalized = 0x80,  ///< looked for after normalisation; its bytes are normalised too
};

constexpr TokenType token_type(uint8_t type_byte) {
    return TokenType(type_byte & kTokenTypeMask);
}
constexpr bool is_added_type(TokenType type) {
    return type == kTokenControl || type == kTokenUserDefined || type == kTokenUnknown;
}

/// Flags shared by View and Data.
struct TokenizerTraits {
    TokenizerKind kind = TokenizerKind::none;
    bool byte_level = false;        ///< GPT-2 byte-to-unicode: token bytes here are the RAW bytes
    bool byte_fallback = false;     ///< unknown characters become kTokenByte tokens
    bool ignore_merges = false;     ///< a pre-token that is itself a token is taken whole (Llama 3)
    bool nfc = false;               ///< normalise to NFC first (Qwen)
    bool space_to_meta = false;     ///< " " -> U+2581 (SentencePiece style)
    bool add_space_prefix = false;  ///< prepend one space to the text (Llama 2)
    bool strip_left_space = false;  ///< decode: drop the one leading space that was prepended
    bool strip_first_token = false;  ///< decode: the first token loses every U+2581 (Metaspace)
    bool fuse_unk = true;            ///< unknown characters in a row are one unknown token
    bool add_bos = false, add_eos = false;
    uint32_t bos = UINT32_MAX, eos = UINT32_MAX, unk = UINT32_MAX, pad = UINT32_MAX;
};

/// One merge of a BPE, in rank order: left followed by right becomes result.
struct Merge {
    uint32_t left, right, result;
};
static_assert(sizeof(Merge) == 12);

struct TokenizerView {
    TokenizerTraits traits;
    std::string_view pre;  ///< pre-tokenizer: "gpt2", "smollm", "llama3", "qwen2", "none", ...
    std::string_view chat_template;
    std::string_view blob;              ///< the bytes of every token, one after another
    std::span<const uint32_t> offsets;  ///< [n + 1] into blob
    std::span<const uint8_t> types;     ///< [n] TokenType and AddedFlags
    std::span<const float> scores;      ///< [n] or empty
    std::span<const Merge> merges;      ///< [m], best first
    std::span<const uint32_t> index;    ///< [n] ids sorted by (bytes, id): binary search by bytes
    /// Open-addressed hash of merges: slot holds merge + 1, 0 = empty; size is a power of two
    /// at least 2 m (or 0 when m = 0). See format/merge_hash.hpp.
    std::span<const uint32_t> merge_index;
    std::span<const uint32_t> end_ids;
    struct SelfTest {
        std::string_view text;
        std::span<const uint32_t> ids;
    };
    std::vector<SelfTest> self_tests;  ///< a few; checked by `gosset verify`

    uint32_t size() const { return offsets.empty() ? 0 : uint32_t(offsets.size() - 1); }
    std::string_view bytes(uint32_t id) const {
        return blob.substr(offsets[id], offsets[id + 1] - offsets[id]);
    }
};

struct TokenizerData {
    TokenizerTraits traits;
    std::string pre, chat_template, blob;
    std::vector<uint32_t> offsets, index, merge_index, end_ids;
    std::vector<uint8_t> types;
    std::vector<float> scores;
    std::vector<Merge> merges;
    struct SelfTest {
        std::string text;
        std::vector<uint32_t> ids;
    };
    std::vector<SelfTest> self_tests;

    /// Spans over this object: valid while it lives unchanged.
    TokenizerView view() const {
        TokenizerView v;
        v.traits = traits, v.pre = pre, v.chat_template = chat_template, v.blob = blob;
        v.offsets = offsets, v.types = types, v.scores = scores, v.merges = merges;
        v.index = index, v.merge_index = merge_index, v.end_ids = end_ids;
        for (const SelfTest& t : self_tests) v.self_tests.push_back({t.text, t.ids});
        return v;
    }
};

}  // namespace gosset
