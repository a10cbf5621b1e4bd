// The tokenizer on arbitrary text, and on vocabularies that are wrong in every way that the file
// validator lets through. Input: 8 bytes of seed for the vocabulary, then the text.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "runtime/session/unicode.hpp"
#include "tests/tokenizer/hostile.hpp"

using namespace gosset;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    uint64_t seed = 0;
    if (size < sizeof seed || size > 4096) return 0;
    std::memcpy(&seed, data, sizeof seed);
    const std::string_view text(reinterpret_cast<const char*>(data) + sizeof seed,
                                size - sizeof seed);
    Rng rng(seed);
    if (!test::survives(test::hostile_tokenizer(rng), text)) std::abort();
    const std::string clean = unicode::sanitize_utf8(text);
    if (unicode::find_invalid_utf8(clean) != std::string::npos) std::abort();
    const std::string nfc = unicode::to_nfc(clean);
    if (unicode::to_nfc(nfc) != nfc) std::abort();
    return 0;
}
