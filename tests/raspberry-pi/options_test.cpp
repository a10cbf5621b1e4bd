// The command line of gosset-pi, beside its --help and its manual page.
#include <set>

#include "options.hpp"
#include "tests/support/support.hpp"

using namespace gosset::test;
using namespace gosset_pi;

namespace {

struct Parsed {
    Asked asked;
    Options options;
    std::string complaint;
};

Parsed parsed(std::vector<std::string> words) {
    words.insert(words.begin(), "gosset-pi");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    Parsed p;
    p.asked = parse(int(words.size()), argv.data(), p.options, p.complaint);
    return p;
}

/// Long options named in a text.
std::set<std::string> named(const std::string& text) {
    std::set<std::string> names;
    for (size_t at = 0; (at = text.find("--", at)) != std::string::npos;) {
        size_t end = at + 2;
        while (end < text.size() && (std::isalpha(static_cast<unsigned char>(text[end])) ||
                                     (text[end] == '-' && text[end - 1] != '-')))
            end++;
        if (end > at + 2) names.insert(text.substr(at, end - at));
        at = end;
    }
    return names;
}

}  // namespace

TEST_CASE("options") {
    const Parsed p = parsed({"-t",
                             "3",
                             "m.gosset",
                             "-c",
                             "1024",
                             "-n",
                             "9",
                             "-s",
                             "18446744073709551615",
                             "--system",
                             "be brief",
                             "--temp",
                             "0.5",
                             "--top-k=7",
                             "--top-p",
                             "1",
                             "--min-p",
                             "0",
                             "--repeat-penalty",
                             "1.1",
                             "--greedy",
                             "-q",
                             "--anyway",
                             "--root",
                             "there"});
    REQUIRE(p.asked == Asked::chat);
    const Options& o = p.options;
    CHECK(o.model == "m.gosset");
    CHECK(o.threads == 3);
    CHECK(o.context == 1024);
    CHECK(o.most == 9);
    CHECK(o.sampler.seed == UINT64_MAX);
    CHECK(o.system == "be brief");
    CHECK(o.sampler.temperature == 0.5f);
    CHECK(o.sampler.top_k == 7);
    CHECK(o.sampler.top_p == 1.0f);
    CHECK(o.sampler.min_p == 0.0f);
    CHECK(o.sampler.repeat_penalty == 1.1f);
    CHECK(o.sampler.greedy == 1);
    CHECK(o.quiet);
    CHECK(o.anyway);
    CHECK_FALSE(o.need);
    CHECK(o.root == "there");
    CHECK(parsed({"-m", "a.gosset", "--need"}).options.need);
    CHECK(parsed({"--", "-m"}).options.model == "-m");
    CHECK(parsed({"--help"}).asked == Asked::help);
    CHECK(parsed({"--version"}).asked == Asked::version);
}

TEST_CASE("wrong usage is named") {
    const struct {
        std::vector<std::string> words;
        const char* part;
    } cases[] = {
        {{}, "which model"},
        {{"a", "b"}, "'b'"},
        {{"-m", "a", "b"}, "'b'"},
        {{"a", "--colour"}, "--colour"},
        {{"a", "--quiet=yes"}, "--quiet=yes"},
        {{"a", "-qz"}, "-z"},
        {{"a", "-t"}, "--threads wants"},
        {{"a", "--system"}, "--system wants"},
        {{"a", "-t", "four"}, "--threads cannot be 'four'"},
        {{"a", "-t", "-1"}, "'-1'"},
        {{"a", "-t", "257"}, "'257'"},
        {{"a", "-t", ""}, "''"},
        {{"a", "-c", "1048577"}, "--context"},
        {{"a", "-s", "18446744073709551616"}, "--seed"},
        {{"a", "--temp", "nan"}, "--temp"},
        {{"a", "--temp", "-0.5"}, "--temp"},
        {{"a", "--temp", "1x"}, "--temp"},
        {{"a", "--top-p", "1.5"}, "--top-p"},
        {{"a", "--repeat-penalty", "0"}, "--repeat-penalty"},
    };
    for (const auto& c : cases) {
        const Parsed p = parsed(c.words);
        INFO(p.complaint);
        CHECK(p.asked == Asked::wrong);
        CHECK(p.complaint.find(c.part) != std::string::npos);
    }
}

TEST_CASE("--help and the manual page name the same options, and all of them exist") {
    std::string page = read_file(GOSSET_PI_MANUAL);
    for (size_t at; (at = page.find("\\-")) != std::string::npos;) page.erase(at, 1);
    CHECK(named(help()) == named(page));
    CHECK(named(help()).size() == 18);
    for (const std::string& name : named(help())) {
        INFO(name);
        const Parsed p = parsed({"m.gosset", name});
        CHECK((p.asked != Asked::wrong || p.complaint == name + " wants a value"));
    }
}
