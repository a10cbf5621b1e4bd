#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "gosset/gosset.h"
#include "tests/runtime/tiny.hpp"

using namespace gosset::test;

extern "C" int gosset_abi_holds(void);  // header/abi.c

namespace {

struct Model {
    gosset_model* handle = nullptr;
    ~Model() { gosset_model_close(handle); }
};

std::string error() {
    return gosset_last_error(nullptr);
}

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the header compiles as C and its constants agree") {
    CHECK(gosset_abi_holds() == 1);
    CHECK(gosset_abi_version() == GOSSET_ABI_VERSION);
    CHECK(std::string(gosset_version()) == "0.1.0");
    for (int s : {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 12345})
        CHECK(std::strlen(gosset_status_string(gosset_status(s))) > 1);
}

TEST_CASE("opening: errors say what and where, nothing is written") {
    TempDir dir;
    gosset_model* m = reinterpret_cast<gosset_model*>(1);
    CHECK(gosset_model_open(dir.path("none.gosset").c_str(), nullptr, &m) == GOSSET_NOT_FOUND);
    CHECK(has(error(), "none.gosset"));
    CHECK(m == reinterpret_cast<gosset_model*>(1));
    write_file(dir.path("text.gosset"), "this is no model");
    CHECK(gosset_model_open(dir.path("text.gosset").c_str(), nullptr, &m) == GOSSET_CORRUPT);
    CHECK(gosset_model_open(nullptr, nullptr, &m) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_model_open("x", nullptr, nullptr) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_model_open_fd(-1, 0, 100, nullptr, &m) != GOSSET_OK);
    CHECK(gosset_model_open_memory("x", 1, nullptr, &m) != GOSSET_OK);
    gosset_model_close(nullptr);

    make_model(dir.path("m.gosset"), "q8", 1);
    gosset_model_options o;
    gosset_model_options_default(&o);
    o.isa = "sse9";
    CHECK(gosset_model_open(dir.path("m.gosset").c_str(), &o, &m) != GOSSET_OK);
    CHECK(has(error(), "sse9"));
    o.struct_size = 0;
    CHECK(gosset_model_open(dir.path("m.gosset").c_str(), &o, &m) == GOSSET_INVALID_ARGUMENT);
}

TEST_CASE("the three ways to open give the same answers") {
    TempDir dir;
    make_model(dir.path("m.gosset"), "e8n4", 7);
    const std::string bytes = read_file(dir.path("m.gosset"));
    const uint64_t offset = 4096 + 64;
    write_file(dir.path("archive"), std::string(offset, 'x') + bytes + "tail");
    void* copy = nullptr;
    REQUIRE(posix_memalign(&copy, 64, bytes.size()) == 0);
    std::memcpy(copy, bytes.data(), bytes.size());

    Model by_path, by_fd, by_memory, huge;
    REQUIRE(gosset_model_open(dir.path("m.gosset").c_str(), nullptr, &by_path.handle) == GOSSET_OK);
    const int fd = open(dir.path("archive").c_str(), O_RDONLY);
    REQUIRE(gosset_model_open_fd(fd, offset, bytes.size(), nullptr, &by_fd.handle) == GOSSET_OK);
    close(fd);
    REQUIRE(gosset_model_open_memory(copy, bytes.size(), nullptr, &by_memory.handle) == GOSSET_OK);
    gosset_model_options o;
    gosset_model_options_default(&o);
    o.huge_pages = 1;
    REQUIRE(gosset_model_open(dir.path("m.gosset").c_str(), &o, &huge.handle) == GOSSET_OK);

    std::vector<float> first;
    for (gosset_model* m : {by_path.handle, by_fd.handle, by_memory.handle, huge.handle}) {
        gosset_model_info info;
        info.struct_size = sizeof info;
        REQUIRE(gosset_model_get_info(m, &info) == GOSSET_OK);
        CHECK(info.vocab == tiny_shape().vocab);
        CHECK(info.file_bytes == bytes.size());
        CHECK(info.weight_bytes > 0);
        CHECK(info.has_tokenizer == 0);
        gosset_session* s = nullptr;
        REQUIRE(gosset_session_create(m, nullptr, &s) == GOSSET_OK);
        const gosset_token tokens[] = {1, 2, 3};
        REQUIRE(gosset_feed(s, tokens, 3, 0, 0, GOSSET_WANT_LAST, nullptr) == GOSSET_OK);
        const float* logits = nullptr;
        REQUIRE(gosset_logits_count(s) == 1);
        REQUIRE(gosset_logits(s, 0, &logits) == GOSSET_OK);
        const std::vector<float> got(logits, logits + info.vocab);
        if (first.empty()) first = got;
        CHECK(got == first);
        CHECK(gosset_logits(s, 1, &logits) == GOSSET_INVALID_ARGUMENT);
        gosset_session_free(s);
    }
    gosset_model_close(by_memory.handle), by_memory.handle = nullptr;
    free(copy);
}

TEST_CASE("generate streams tokens, stops when told, reports the full context") {
    TempDir dir;
    make_model(dir.path("m.gosset"), "q4", 7);
    Model m;
    REQUIRE(gosset_model_open(dir.path("m.gosset").c_str(), nullptr, &m.handle) == GOSSET_OK);
    gosset_session_options so;
    gosset_session_options_default(&so);
    so.context = 40, so.threads = 2;
    uint64_t bytes = 0;
    REQUIRE(gosset_session_memory(m.handle, &so, &bytes) == GOSSET_OK);
    CHECK(bytes > 0);
    gosset_session* s = nullptr;
    REQUIRE(gosset_session_create(m.handle, &so, &s) == GOSSET_OK);
    CHECK(gosset_session_context(s) == 40);
    CHECK(gosset_session_threads(s) == 2);
    gosset_sampler_options po;
    gosset_sampler_options_default(&po);
    po.seed = 3;
    gosset_sampler* sampler = nullptr;
    REQUIRE(gosset_sampler_create(m.handle, &po, &sampler) == GOSSET_OK);

    std::vector<gosset_token> got;
    const auto collect = [](gosset_token t, const char*, size_t, void* user) {
        auto& v = *static_cast<std::vector<gosset_token>*>(user);
        v.push_back(t);
        return v.size() < 12 ? 1 : 0;
    };
    const gosset_token prompt[] = {5, 6, 7, 8};
    gosset_generated done;
    done.struct_size = sizeof done;
    REQUIRE(gosset_generate(s, sampler, 0, prompt, 4, 20, collect, &got, &done) == GOSSET_OK);
    CHECK(got.size() == 12);
    CHECK(done.prompt_tokens == 4);
    CHECK(done.new_tokens == 12);
    CHECK(done.ended == 0);
    // the same seed and an empty sequence give the same tokens
    const std::vector<gosset_token> before = got;
    got.clear();
    gosset_sampler_reset(sampler);
    REQUIRE(gosset_sequence_trim(s, 0, 0) == GOSSET_OK);
    REQUIRE(gosset_generate(s, sampler, 0, prompt, 4, 20, collect, &got, &done) == GOSSET_OK);
    CHECK(got == before);
    // 40 positions do not hold 100 more tokens
    CHECK(gosset_generate(s, sampler, 0, prompt, 4, 100, nullptr, nullptr, &done) == GOSSET_LIMIT);
    CHECK(has(error(), "context"));
    CHECK(gosset_sequence_length(s, 0) == 40);

    size_t n = 0;
    CHECK(gosset_tokenize(m.handle, "x", 1, 0, nullptr, 0, &n) == GOSSET_UNSUPPORTED);
    const gosset_message message = {"user", "hello"};
    CHECK(gosset_chat_tokenize(m.handle, &message, 1, 1, nullptr, 0, &n) == GOSSET_UNSUPPORTED);
    gosset_sampler_free(sampler);
    gosset_session_free(s);
}

TEST_CASE("every function takes NULL handles without harm") {
    size_t n = 0;
    uint64_t bytes = 0;
    const float* logits = nullptr;
    gosset_token token = 0;
    CHECK(gosset_model_get_info(nullptr, nullptr) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_is_end(nullptr, 0) == 0);
    CHECK(gosset_tokenize(nullptr, "", 0, 0, nullptr, 0, &n) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_detokenize(nullptr, nullptr, 0, nullptr, 0, &n) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_stream_create(nullptr, nullptr) == GOSSET_INVALID_ARGUMENT);
    gosset_stream_free(nullptr);
    CHECK(gosset_session_memory(nullptr, nullptr, &bytes) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_session_create(nullptr, nullptr, nullptr) == GOSSET_INVALID_ARGUMENT);
    gosset_session_free(nullptr);
    CHECK(gosset_feed(nullptr, nullptr, 0, 0, 0, GOSSET_WANT_LAST, nullptr) ==
          GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_logits_count(nullptr) == 0);
    CHECK(gosset_logits(nullptr, 0, &logits) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_length(nullptr, 0) == 0);
    CHECK(gosset_sequence_trim(nullptr, 0, 0) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_copy(nullptr, 0, 0, 0) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sampler_create(nullptr, nullptr, nullptr) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sampler_sample(nullptr, nullptr, &token) == GOSSET_INVALID_ARGUMENT);
    gosset_sampler_accept(nullptr, 0);
    gosset_sampler_reset(nullptr);
    gosset_sampler_free(nullptr);
    CHECK(gosset_generate(nullptr, nullptr, 0, nullptr, 0, 0, nullptr, nullptr, nullptr) ==
          GOSSET_INVALID_ARGUMENT);
    gosset_cpu_info cpu;
    cpu.struct_size = sizeof cpu;
    CHECK(gosset_cpu(&cpu) == GOSSET_OK);
    CHECK(cpu.logical_cores >= 1);
}
