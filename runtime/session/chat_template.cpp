#include "runtime/session/chat_template.hpp"

#include <algorithm>
#include <ctime>

#include "runtime/session/jinja/template.hpp"
#include "runtime/session/tokenizer_lookup.hpp"
#include "runtime/session/unicode.hpp"

namespace gosset {

namespace {

using jinja::Origin;
using jinja::Value;

jinja::Moment local_time() {
    const std::time_t now = std::time(nullptr);
    std::tm t = {};
#if defined(_WIN32)
    localtime_s(&t, &now);
#else
    localtime_r(&now, &t);
#endif
    return {t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec};
}

bool plain_name(std::string_view role) {
    return std::all_of(role.begin(), role.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

Result<Value> make_message(jinja::Heap& heap, const ChatMessage& m) {
    for (const std::string_view text : {m.role, m.content}) {
        const size_t bad = unicode::find_invalid_utf8(text);
        if (bad != text.npos)
            return invalid_argument("not UTF-8: byte " + std::to_string(bad) +
                                    " does not begin a whole character");
    }
    const Origin role_origin = plain_name(m.role) ? Origin::model : Origin::caller;
    GOSSET_ASSIGN(Value role, heap.text(m.role, role_origin));
    GOSSET_ASSIGN(Value content, heap.text(m.content, Origin::caller));
    return heap.dict({{Value::text("role", Origin::model), std::move(role)},
                      {Value::text("content", Origin::model), std::move(content)}});
}

Result<Value> make_messages(jinja::Heap& heap, std::span<const ChatMessage> messages) {
    jinja::Items items;
    for (size_t i = 0; i < messages.size(); i++) {
        Result<Value> m = make_message(heap, messages[i]);
        if (!m.ok()) return m.status().in("message " + std::to_string(i));
        items.push_back(std::move(m.value()));
    }
    return heap.list(std::move(items));
}

/// What apply_chat_template gives a template: tools and documents are none, and a special token
/// that the model lacks is undefined.
Result<jinja::Text> run(std::string_view source, const TokenizerView& view,
                        std::span<const ChatMessage> messages, const ChatOptions& options) {
    const jinja::Limits limits;
    GOSSET_ASSIGN(const auto chat_template, jinja::Template::parse(source, limits));
    jinja::Heap heap(limits);
    std::vector<std::pair<std::string_view, Value>> names = {
        {"add_generation_prompt", Value::boolean(options.open_answer)},
        {"tools", Value()},
        {"documents", Value()}};
    GOSSET_ASSIGN(Value list, make_messages(heap, messages));
    names.emplace_back("messages", std::move(list));
    const TokenizerTraits& t = view.traits;
    const std::pair<std::string_view, uint32_t> tokens[] = {
        {"bos_token", t.bos}, {"eos_token", t.eos}, {"unk_token", t.unk}, {"pad_token", t.pad}};
    for (const auto& [name, id] : tokens) {
        if (id >= view.size()) continue;
        const std::string_view bytes = view.bytes(id);
        if (unicode::find_invalid_utf8(bytes) == bytes.npos)
            names.emplace_back(name, Value::text(bytes, Origin::model));
    }
    return chat_template.render(heap, std::move(names), options.now ? *options.now : local_time());
}

/// Where the caller's text is.
std::vector<ByteRange> plain_ranges(const jinja::Text& text) {
    std::vector<ByteRange> out;
    for (size_t i = 0; i < text.size(); i++) {
        if (text.origin_at(i) == Origin::model) continue;
        if (out.empty() || out.back().end != i) out.push_back({i, i});
        out.back().end = i + 1;
    }
    return out;
}

}  // namespace

Result<ChatPrompt> render_chat(const Tokenizer& tokenizer, std::span<const ChatMessage> messages,
                               const ChatOptions& options) {
    const TokenizerView& view = tokenizer.view();
    const std::string_view source =
        options.chat_template.empty() ? view.chat_template : options.chat_template;
    if (source.empty())
        return unsupported("the model has no chat template: use plain text, or give a template");
    GOSSET_ASSIGN(const jinja::Text text, run(source, view, messages, options));
    GOSSET_ASSIGN(auto ids, tokenizer.encode(text.bytes(), {false, true}, plain_ranges(text)));
    return ChatPrompt{text.bytes(), std::move(ids)};
}

}  // namespace gosset
