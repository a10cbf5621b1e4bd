// Templates against golden.json, which jinja2 rendered (make_golden.py), and the interpreter's
// limits.
#include <nlohmann/json.hpp>

#include "tests/chat/json_value.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;
using nlohmann::ordered_json;

namespace {

const ordered_json& golden() {
    static const ordered_json all = ordered_json::parse(read_file(GOSSET_CHAT_GOLDEN));
    return all;
}

Result<jinja::Text> render(const std::string& source, const ordered_json& names,
                           const jinja::Limits& limits = {}) {
    GOSSET_ASSIGN(const auto chat_template, jinja::Template::parse(source, limits));
    jinja::Heap heap(limits);
    GOSSET_ASSIGN(auto values, names_of(heap, names));
    const ordered_json& now = golden()["now"];
    return chat_template.render(heap, std::move(values),
                                {now[0], now[1], now[2], now[3], now[4], now[5]});
}

/// {"text": ...}, {"refused": what raise_exception() said} or {"fails": true}.
void check_outcome(const std::string& source, const ordered_json& names,
                   const ordered_json& outcome) {
    const auto text = render(source, names);
    if (outcome.contains("text")) {
        CHECK_MESSAGE(text.ok(), text.status().message());
        if (text.ok()) CHECK(text->bytes() == outcome["text"].get<std::string>());
    } else if (outcome.contains("refused")) {
        CHECK(text.status().message() == "the model's chat template refuses this conversation: " +
                                             outcome["refused"].get<std::string>());
    } else {
        REQUIRE_FALSE(text.ok());
        CHECK_MESSAGE(text.status().message().find("chat template, line ") == 0,
                      text.status().message());
    }
}

Status failure(const std::string& source, const jinja::Limits& limits = {}) {
    return render(source, ordered_json::object(), limits).status();
}

}  // namespace

TEST_CASE("snippets render as jinja2 renders them") {
    REQUIRE(golden()["snippets"].size() > 100);
    for (const ordered_json& s : golden()["snippets"]) {
        const auto source = s["template"].get<std::string>();
        CAPTURE(source);
        check_outcome(source, golden()["snippet_names"], s);
    }
}

TEST_CASE("templates in the style of each family render as jinja2 renders them") {
    const ordered_json& conversations = golden()["conversations"];
    REQUIRE(golden()["templates"].size() > 10);
    for (const ordered_json& t : golden()["templates"]) {
        const auto name = t["name"].get<std::string>();
        REQUIRE(t["outcomes"].size() == conversations.size());
        for (size_t i = 0; i < conversations.size(); i++) {
            CAPTURE(name);
            CAPTURE(conversations[i].dump());
            check_outcome(t["template"].get<std::string>(), conversations[i], t["outcomes"][i]);
        }
    }
}

TEST_CASE("each byte keeps who wrote it") {
    const ordered_json names = {{"messages", {"ab\xc3\xa9 c", " d "}}, {"own", "xy"}};
    // Source, text, and the same with '#' for each byte of the caller.
    const char* cases[][3] = {
        {"{{ messages[0] }}|{{ own }}", "ab\xc3\xa9 c|xy", "######|xy"},
        {"{{ '<' + messages[0] + '>' }}", "<ab\xc3\xa9 c>", "<######>"},
        {"{{ (own ~ messages[1])[1:4] }}", "y d", "y##"},
        {"{{ messages[1] | trim }}{{ messages[1].strip() }}", "dd", "##"},
        {"{{ messages[0] | upper }}", "AB\xc3\x89 C", "######"},
        {"{{ messages[0] | replace('b', own) }}", "axy\xc3\xa9 c", "#xy####"},
        {"{{ own | replace('y', messages[1]) }}", "x d ", "x###"},
        {"{{ messages[0].split(' ') | join('-') }}", "ab\xc3\xa9-c", "####-#"},
        {"{{ messages | join(own) }}", "ab\xc3\xa9 cxy d ", "######xy###"},
        {"{{ messages[1] * 2 }}{{ messages[1][::-1] }}", " d  d  d ", "#########"},
        {"{{ messages[1] | tojson }}", "\" d \"", "\"###\""},
        {"{{ [messages[1], own] }}", "[' d ', 'xy']", "['###', 'xy']"},
        {"{{ '%{}%'.format(messages[1]) }}", "% d %", "%###%"},
        {"{% set x %}a{{ messages[1] }}{% endset %}{{ x }}", "a d ", "a###"},
        {"{% macro m(t) %}{{ t | title }}{% endmacro %}{{ m(messages[1]) }}", " D ", "###"},
        {"{{ messages[0] | list | last }}{{ messages[0] | first }}", "ca", "##"},
        {"{{ messages[0] | indent(2, true) }}", "  ab\xc3\xa9 c", "  ######"},
        {"{{ messages[0] | length }}{{ messages[0] == 'x' }}", "5False", "5False"},
        {"{{ messages[0].partition(' ')[2] }}{{ messages[0] | capitalize }}", "cAb\xc3\xa9 c",
         "#######"},
    };
    for (const auto& [code, text, origins] : cases) {
        const std::string source = code;  // Clang 14 cannot capture a structured binding
        CAPTURE(source);
        const auto out = render(source, names);
        REQUIRE_OK(out);
        CHECK(out->bytes() == text);
        std::string seen = out->bytes();
        for (size_t i = 0; i < seen.size(); i++)
            if (out->origin_at(i) == jinja::Origin::caller) seen[i] = '#';
        CHECK(seen == origins);
    }
}

TEST_CASE("unknown things are errors with their line and name") {
    const char* cases[][2] = {
        {"\n{% include 'a' %}", "line 2: the tag {% include %} is not supported"},
        {"\n\n{{ 'a' | wordwrap }}", "line 3: the filter 'wordwrap' is not supported"},
        {"{{ 'a' | im_end }}", "line 1: the filter 'im_end' is not known"},
        {"{{ 1 is prime }}", "line 1: the test 'prime' is not known"},
        {"{{ 'a'.zfill(3) }}", "line 1: 'zfill' of a str is not supported"},
        {"{{ [].pop() }}", "would change a list"},
        {"{{ ''.__class__ }}", "'__class__' is Python's own"},
        {"{{ cycler(1) }}", "the function 'cycler' is not supported"},
        {"{{ nothing() }}", "'nothing' is undefined"},
        {"{{ strftime_now('%Z') }}", "strftime_now() with %Z"},
        {"{% for a in b recursive %}{% endfor %}", "recursive loops are not supported"},
        {"{{ namespace() }}", "type namespace is printed"},
        {"{{ 'a' % 1 }}", "the operator % on a string"},
        {"{{ 0x10 }}", "a number that is not decimal"},
        {"a {{ '\\N{BULLET}' }}", "the escape \\N"},
    };
    for (const auto& [source, words] : cases) {
        const Status status = failure(source);
        CHECK(status.code() != StatusCode::ok);
        CHECK_MESSAGE(status.message().find(words) != std::string::npos, status.message());
    }
}

TEST_CASE("hostile templates end with an error") {
    std::string deep(5000, '('), blocks, chain = "x", filters = "''", negated = "1";
    for (int i = 0; i < 5000; i++) {
        blocks += "{% if 1 %}", chain += ".x", filters += "|trim", negated = "-" + negated;
    }
    const std::string doubling =
        "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}"
        "{% endfor %}";
    const std::string nesting =
        "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}"
        "{% endfor %}";
    const std::string shared =
        "{% set ns = namespace(x=[1]) %}{% for i in range(50) %}{% set ns.x = [ns.x, ns.x] %}"
        "{% endfor %}";
    const std::string cases[] = {
        "{{ " + deep,
        blocks,
        "{{ " + chain + " }}",
        "{{ " + filters + " }}",
        "{{ " + negated + " }}",
        "{{ " + std::string(5000, '[') + std::string(5000, ']') + " }}",
        doubling,
        nesting,
        shared + "{{ ns.x }}",
        shared + "{{ ns.x | tojson }}",
        shared + "{{ ns.x == ns.x }}",
        shared + "{{ ns.x < ns.x }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 'x' * 9999999999 }}",
        "{{ [1] * 9999999999 }}",
        "{{ 9223372036854775807 }}",
        "{{ 999999999999999999 * 999999999999999999 }}",
        "{{ 10 ** 100 }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% set a = 'x' * 99999 %}{{ (a | replace('', a)) | length }}",
        "{% set a = ['x' * 99999] * 99999 %}{{ (a | join) | length }}",
        "{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}",
    };
    jinja::Limits limits;
    limits.steps = 1000000;
    for (const std::string& source : cases) {
        CAPTURE(source.substr(0, 100));
        CHECK_FALSE(failure(source, limits).ok());
    }
    CHECK(failure(std::string(2 << 20, 'x')).code() == StatusCode::limit);
    CHECK(failure("\xff").code() == StatusCode::corrupt);
    jinja::Limits few;
    few.tokens = 10, few.steps = 20;
    CHECK(failure("{{ 1 }}{{ 1 }}{{ 1 }}{{ 1 }}", few).code() == StatusCode::limit);
    CHECK(failure("{{ range(99) }}", few).code() == StatusCode::limit);
}

TEST_CASE("floats print as Python prints them") {
    // Written as sums and quotients, since literals are exact decimals of up to 15 digits.
    const char* cases[][2] = {
        {"{{ 1 / 3 }}", "0.3333333333333333"},
        {"{{ 2 / 3 }}", "0.6666666666666666"},
        {"{{ 1e16 + 0.0 }}", "1e+16"},
        {"{{ 123456789012345.0 * 10 }}", "1234567890123450.0"},
        {"{{ 0.0001 }}", "0.0001"},
        {"{{ 0.00001 }}", "1e-05"},
        {"{{ -0.0 }}", "-0.0"},
        {"{{ 1e22 * 1e22 }}", "1e+44"},
    };
    for (const auto& [source, text] : cases) {
        const auto out = render(source, ordered_json::object());
        REQUIRE_OK(out);
        CHECK(out->bytes() == text);
    }
}
