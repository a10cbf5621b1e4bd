#include "tests/tokenizer/small_vocab.hpp"

#include "runtime/session/unicode.hpp"

namespace gosset::test {

GgufTokenizer small_spm(const std::vector<std::string>& pieces) {
    GgufTokenizer g;
    g.model = "llama";
    const auto add = [&](const std::string& token, int32_t type, float score) {
        g.tokens.push_back(token);
        g.types.push_back(type);
        g.scores.push_back(score);
    };
    add("<unk>", 2, 0), add("<s>", 3, 0), add("</s>", 3, 0);
    for (int byte = 0; byte < 256; byte++) {
        char name[8];
        std::snprintf(name, sizeof name, "<0x%02X>", unsigned(byte));
        add(name, 6, 0);
    }
    for (const std::string& piece : pieces) add(piece, 1, -float(g.tokens.size()));
    return g;
}

GgufTokenizer small_byte_level(const std::vector<std::string>& merges) {
    GgufTokenizer g;
    g.model = "gpt2";
    g.pre = "smollm";
    uint32_t next = 256;
    for (uint32_t byte = 0; byte < 256; byte++) {
        const bool itself = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
        std::string token;
        unicode::append_utf8(token, itself ? byte : next++);
        g.tokens.push_back(token);
    }
    for (const std::string& merge : merges) {
        std::string both = merge;
        both.erase(both.find(' ', 1), 1);
        g.tokens.push_back(both);
    }
    g.merges = merges;
    g.types.assign(g.tokens.size(), 1);
    for (const char* control : {"<|im_start|>", "<|im_end|>"})
        g.tokens.push_back(control), g.types.push_back(3);
    g.tokens.push_back("<think>"), g.types.push_back(4);
    return g;
}

std::unique_ptr<Loaded> load(GgufTokenizer gguf) {
    Result<TokenizerData> data = tokenizer_from_gguf(std::move(gguf));
    REQUIRE_OK(data);
    return std::make_unique<Loaded>(std::move(data.value()));
}

}  // namespace gosset::test
