// Any bytes as a tokenizer.json, a tokenizer_config.json and a text, with 0xff between them: what
// the importer accepts must encode, decode and pass the checks of the file format; what it refuses
// must say why.
#include <cstdlib>
#include <string>

#include "format/validate.hpp"
#include "runtime/session/tokenizer.hpp"
#include "runtime/session/unicode.hpp"
#include "tools/import/tokenizer_json.hpp"

using namespace gosset;

namespace {

std::string next_part(std::string_view* rest) {
    const size_t end = rest->find('\xff');
    const std::string part(rest->substr(0, end));
    *rest = end == rest->npos ? std::string_view() : rest->substr(end + 1);
    return part;
}

void encode(const Tokenizer& tokenizer, const std::string& text, EncodeOptions options) {
    const auto ids = tokenizer.encode(text, options);
    if (!ids.ok()) std::abort();
    StreamDecoder stream(&tokenizer, true, true);
    std::string streamed;
    for (const uint32_t id : *ids) {
        if (id >= tokenizer.view().size()) std::abort();
        streamed += stream.next(id);
    }
    if (streamed + stream.finish() != tokenizer.decode(ids->data(), ids->size(), true))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size > 16384) return 0;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    TokenizerFiles files;
    files.tokenizer = next_part(&rest);
    files.tokenizer_config = next_part(&rest);
    const std::string text = unicode::sanitize_utf8(rest);
    const Result<TokenizerData> built = tokenizer_from_json(files);
    if (!built.ok()) {
        if (built.status().message().empty()) std::abort();
        return 0;
    }
    const TokenizerView view = built->view();
    if (!validate_tokenizer(view, view.size()).ok()) std::abort();
    const Tokenizer tokenizer(&view);
    for (const bool special : {false, true})
        for (const bool parse : {false, true}) encode(tokenizer, text, {special, parse});
    return 0;
}
