// Renders templates for compare_with_jinja2.py: a JSON object a line on stdin,
// {"template", "names": {...}, "now": [year, month, day, hour, minute, second]}, and a line each on
// stdout, {"text", "caller": [[begin, end], ...]} (the bytes that callers wrote) or {"error"}.
#include <cstdio>
#include <iostream>
#include <string>

#include "tests/chat/json_value.hpp"

using namespace gosset;
using nlohmann::ordered_json;

namespace {

Result<ordered_json> render(const ordered_json& line) {
    const jinja::Limits limits;
    const auto source = line.at("template").get<std::string>();
    GOSSET_ASSIGN(const auto chat_template, jinja::Template::parse(source, limits));
    jinja::Heap heap(limits);
    GOSSET_ASSIGN(auto names, test::names_of(heap, line.at("names")));
    const auto now = line.at("now").get<std::vector<int>>();
    GOSSET_ASSIGN(const jinja::Text text,
                  chat_template.render(heap, std::move(names),
                                       {now[0], now[1], now[2], now[3], now[4], now[5]}));
    ordered_json caller = ordered_json::array();
    for (size_t i = 0, begin = 0; i <= text.size(); i++) {
        const bool own = i < text.size() && text.origin_at(i) == jinja::Origin::caller;
        const bool own_before = i > 0 && text.origin_at(i - 1) == jinja::Origin::caller;
        if (own && !own_before) begin = i;
        if (!own && own_before) caller.push_back({begin, i});
    }
    return ordered_json{{"text", text.bytes()}, {"caller", caller}};
}

}  // namespace

int main() {
    std::string text;
    while (std::getline(std::cin, text)) {
        const Result<ordered_json> out = render(ordered_json::parse(text));
        const ordered_json line = out.ok() ? *out : ordered_json{{"error", out.status().message()}};
        std::printf("%s\n", line.dump(-1, ' ', true).c_str());
    }
    return 0;
}
