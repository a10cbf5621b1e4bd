#include "runtime/session/pretokenizer.hpp"

#include "runtime/session/pretokenizer_patterns.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {
struct Name {
    std::string_view name;
    PreTokenizer kind;
};
constexpr Name kNames[] = {
    {"none", PreTokenizer::none},
    {"metaspace", PreTokenizer::metaspace},
    {"metaspace_first", PreTokenizer::metaspace_first},
    {"metaspace_split", PreTokenizer::metaspace_split},
    {"metaspace_first_split", PreTokenizer::metaspace_first_split},
    {"gpt2", PreTokenizer::gpt2},
    {"smollm", PreTokenizer::smollm},
    {"llama3", PreTokenizer::llama3},
    {"qwen2", PreTokenizer::qwen2},
    {"qwen35", PreTokenizer::qwen35},
    {"tekken", PreTokenizer::tekken},
    {"o200k", PreTokenizer::o200k},
    {"deepseek3", PreTokenizer::deepseek3},
};
}  // namespace

std::optional<PreTokenizer> find_pre_tokenizer(std::string_view name) {
    for (const Name& n : kNames)
        if (n.name == name) return n.kind;
    return std::nullopt;
}

std::string_view PreTokenWalk::next() {
    if (pos_ >= text_.size()) return {};
    const size_t begin = pos_;
    if (pos_ >= part_end_) part_end_ = part_end(kind_, text_, pos_);
    const std::string_view part = text_.substr(0, part_end_);
    pos_ = match_end(kind_, part, begin);
    if (pos_ == begin) {  // what no alternative matches is a pre-token, up to where one does
        do pos_ += unicode::char_size(part[pos_]);
        while (pos_ < part.size() && match_end(kind_, part, pos_) == pos_);
    }
    return text_.substr(begin, pos_ - begin);
}

}  // namespace gosset
