// gosset.hpp: each owner reaches the C function that it is named after.
#include <fcntl.h>
#include <unistd.h>
#include <gosset/gosset.hpp>

#include <cstring>

#include "tests/runtime/talking_model.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

struct Fixture {
    TempDir dir;
    api::Model model;
    Fixture() {
        make_talking_model(dir.path("m.gosset"), 3);
        REQUIRE(model.open(dir.path("m.gosset").c_str()) == GOSSET_OK);
    }
};

gosset_session_options small() {
    gosset_session_options o = api::session_options();
    o.context = 64, o.sequences = 2, o.threads = 1;
    return o;
}

}  // namespace

TEST_CASE("C++: three ways to open, one answer; a failure keeps what was open") {
    const Fixture f;
    const std::string bytes = read_file(f.dir.path("m.gosset"));
    void* copy = nullptr;
    REQUIRE(posix_memalign(&copy, 64, bytes.size()) == 0);
    std::memcpy(copy, bytes.data(), bytes.size());
    const int fd = open(f.dir.path("m.gosset").c_str(), O_RDONLY);
    {
        api::Model by_fd, by_memory;
        CHECK(!by_fd);
        CHECK(by_fd.info().vocab == 0);
        CHECK(by_fd.open_fd(fd, 0, bytes.size()) == GOSSET_OK);
        CHECK(by_memory.open_memory(copy, bytes.size()) == GOSSET_OK);
        CHECK(by_fd.info().identity == f.model.info().identity);
        CHECK(by_memory.info().identity == f.model.info().identity);
        CHECK(by_fd.open_fd(fd, 1, bytes.size()) == GOSSET_INVALID_ARGUMENT);
        CHECK(by_memory.open("no such file") == GOSSET_NOT_FOUND);
        CHECK(bool(by_fd));
        CHECK(by_memory.info().vocab == f.model.info().vocab);
    }
    close(fd);
    free(copy);
    CHECK(api::cpu().logical_cores > 0);
    CHECK(std::string(api::cpu().isas).find("scalar") != std::string::npos);
}

TEST_CASE("C++: generating calls back, and text is the sum of its parts") {
    const Fixture f;
    const gosset_session_options o = small();
    CHECK(api::Session::memory(f.model, &o) > 0);
    api::Session session;
    api::Sampler sampler;
    REQUIRE(session.create(f.model, &o) == GOSSET_OK);
    REQUIRE(sampler.create(f.model) == GOSSET_OK);
    api::Tokens prompt, got;
    REQUIRE(f.model.tokenize("hello", GOSSET_ADD_SPECIAL, prompt) == GOSSET_OK);
    std::string text, whole;
    gosset_generated done = {};
    done.struct_size = sizeof done;
    const auto keep = [&](api::Token token, std::string_view part) {
        got.push_back(token), text += part;
        return got.size() < 9;
    };
    REQUIRE(session.generate(sampler, prompt, 20, keep, &done, 1) == GOSSET_OK);
    CHECK((got.size() == 9 || done.ended));
    CHECK(session.length(1) == prompt.size() + got.size() - 1 + done.ended);
    CHECK(session.length() == 0);
    api::Stream stream;
    REQUIRE(stream.create(f.model) == GOSSET_OK);
    for (const api::Token token : got) {
        std::string_view part;
        REQUIRE(stream.next(token, part) == GOSSET_OK);
        whole += part;
    }
    CHECK(whole.starts_with(text));  // text lacks the half of a character that may remain

    // The same from a saved state, of another session and sequence: same seed, same tokens.
    const api::Tokens before = got;
    std::vector<uint8_t> state;
    REQUIRE(session.trim(uint32_t(prompt.size()) - 1, 1) == GOSSET_OK);
    REQUIRE(session.save(state, 1) == GOSSET_OK);
    api::Session other;
    REQUIRE(other.create(f.model, &o) == GOSSET_OK);
    REQUIRE(other.restore(state) == GOSSET_OK);
    REQUIRE(other.copy(0, 1, other.length()) == GOSSET_OK);
    got.clear(), sampler.reset();
    REQUIRE(other.generate(sampler, {prompt.back()}, 20, keep, nullptr, 1) == GOSSET_OK);
    CHECK(got == before);
    state.pop_back();
    CHECK(other.restore(state) == GOSSET_CORRUPT);
}
