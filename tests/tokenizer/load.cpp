#include "tests/tokenizer/load.hpp"

#include <cstdlib>

#include "runtime/session/unicode.hpp"
#include "tools/import/tokenizer_json.hpp"

namespace gosset::test {

namespace {
std::unique_ptr<Loaded> skip(const std::string& what) {
    std::fprintf(stderr, "SKIPPED %s\n", what.c_str());
    return nullptr;
}
}  // namespace

std::unique_ptr<Loaded> load_packed(const std::string& name) {
    const std::string packed = data("tokenizers/" + name + "/tokenizer.json.xz");
    if (packed.empty()) return skip("tokenizers/" + name + ": no such data");
    if (std::system("command -v xz > /dev/null") != 0) return skip("xz is not installed");
    TempDir dir;
    const std::string unpacked = dir.path("tokenizer.json");
    std::filesystem::create_directories(std::filesystem::path(unpacked).parent_path());
    const std::string command = "xz -dkc '" + packed + "' > '" + unpacked + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    TokenizerFiles files;
    files.tokenizer = read_file(unpacked);
    files.tokenizer_config = read_file(data("tokenizers/" + name + "/tokenizer_config.json"));
    Result<TokenizerData> tokenizer = tokenizer_from_json(files);
    REQUIRE_OK(tokenizer);
    return std::make_unique<Loaded>(std::move(tokenizer.value()));
}

std::unique_ptr<Loaded> load_json(const std::string& relative) {
    const std::string path = data(relative);
    if (path.empty()) return skip(relative + ": no such data");
    Result<TokenizerData> tokenizer = tokenizer_from_json_file(path);
    REQUIRE_OK(tokenizer);
    return std::make_unique<Loaded>(std::move(tokenizer.value()));
}

std::string show(const std::vector<uint32_t>& ids) {
    std::string out;
    for (const uint32_t id : ids) out += std::to_string(id) + " ";
    return out;
}

std::string random_text(Rng& rng, uint32_t most) {
    struct Script {
        uint32_t first, count;
    };
    static constexpr Script kScripts[] = {
        {' ', 1},        {'a', 26},       {'A', 26},     {'0', 10},     {'!', 94},
        {'\'', 1},       {'\t', 5},       {'\n', 1},     {0xa0, 96},    {0x300, 112},
        {0x370, 144},    {0x400, 256},    {0x5d0, 27},   {0x660, 10},   {0x900, 128},
        {0x1100, 256},   {0x1e00, 256},   {0x2000, 112}, {0x2150, 64},  {0x3000, 256},
        {0x4e00, 20000}, {0xac00, 11172}, {0xf900, 256}, {0xff00, 240}, {0x1d7ce, 50},
        {0x1f300, 800},  {0x20000, 999},  {0, 0x110000}, {'\r', 1},     {0x17f, 1},
        {0x1c4, 9},      {0x2b0, 80},     {0x203f, 2},   {0x2581, 1},   {0x24b0, 60},
    };
    std::string out;
    for (uint32_t left = rng.below(most + 1); left > 0;) {
        const Script s = kScripts[rng.below(std::size(kScripts))];
        for (uint32_t run = 1 + rng.below(rng.below(4) == 0 ? 6 : 2); run > 0 && left > 0; run--) {
            const uint32_t cp = s.first + rng.below(s.count);
            left--;
            if (cp < 0xd800 || (cp >= 0xe000 && cp < 0x110000)) unicode::append_utf8(out, cp);
        }
        static constexpr const char* kBits[] = {"'s", "'LL",  "'re",  "'",
                                                "  ", "\r\n", " \n ", "\n\n"};
        if (rng.below(6) == 0) out += kBits[rng.below(std::size(kBits))];
    }
    return out;
}

}  // namespace gosset::test
