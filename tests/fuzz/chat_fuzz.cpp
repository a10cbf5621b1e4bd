// Chat templates: any template over a conversation that is also the input's. Input: 1 byte of
// choices, the content of two messages up to a line of "---" each, then the template.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/session/jinja/template.hpp"
#include "runtime/session/unicode.hpp"

using namespace gosset;
using jinja::Origin;
using jinja::Value;

namespace {

std::string_view take_part(std::string_view& rest) {
    const size_t end = rest.find("\n---\n");
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 5);
    return part;
}

Result<Value> make_messages(jinja::Heap& heap, const std::string (&contents)[2], bool system) {
    jinja::Items items;
    for (size_t i = 0; i < 2; i++) {
        const char* role = i == 1 ? "assistant" : system ? "system" : "user";
        GOSSET_ASSIGN(Value content, heap.text(contents[i], Origin::caller));
        GOSSET_ASSIGN(
            Value message,
            heap.dict({{Value::text("role", Origin::model), Value::text(role, Origin::model)},
                       {Value::text("content", Origin::model), std::move(content)}}));
        items.push_back(std::move(message));
    }
    return heap.list(std::move(items));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1 || size > 16384) return 0;
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string contents[2] = {unicode::sanitize_utf8(take_part(rest)),
                                     unicode::sanitize_utf8(take_part(rest))};
    jinja::Limits limits;
    limits.steps = 30000, limits.live_bytes = 4 << 20, limits.output_bytes = 1 << 20;
    const auto chat_template = jinja::Template::parse(rest, limits);
    if (!chat_template.ok()) return 0;
    jinja::Heap heap(limits);
    Result<Value> messages = make_messages(heap, contents, data[0] & 1);
    if (!messages.ok()) std::abort();
    const auto text =
        chat_template->render(heap,
                              {{"messages", *messages},
                               {"bos_token", Value::text("<s>", Origin::model)},
                               {"tools", Value()},
                               {"add_generation_prompt", Value::boolean(data[0] & 2)}},
                              {2024, 7, 3, 14, 5, 9});
    if (!text.ok()) return 0;
    if (unicode::find_invalid_utf8(text->bytes()) != std::string::npos) std::abort();
    // What no caller wrote comes from the template alone, so with empty messages all of it does.
    if (contents[0].empty() && contents[1].empty())
        for (size_t i = 0; i < text->size(); i++)
            if (text->origin_at(i) == Origin::caller) std::abort();
    return 0;
}
