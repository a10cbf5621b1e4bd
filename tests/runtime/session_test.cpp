#include <cstdlib>

#include "runtime/session/thread_choice.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

struct Fixture {
    TempDir dir;
    Bound bound;
    Fixture() {
        make_model(dir.path("m.gosset"), "e8n4", seed());
        bound = open_bound(dir.path("m.gosset"));
    }
    std::unique_ptr<Session> session(SessionShape shape) {
        auto s = Session::create(*bound.weights, shape, {});
        REQUIRE_OK(s);
        return std::move(*s);
    }
    std::vector<float> last_logits(const Session& s) {
        return {s.logits(0), s.logits(0) + bound.weights->config.vocab};
    }
};

SessionShape small() {
    SessionShape s;
    s.context = 64, s.sequences = 3, s.batch = 8, s.threads = 2;
    return s;
}

}  // namespace

TEST_CASE("sequences are independent, can be trimmed, copied and gone on with") {
    Fixture f;
    const auto tokens = some_tokens(30, tiny_shape().vocab, 5);
    auto s = f.session(small());
    REQUIRE_OK(s->feed(tokens, 0, 0, Want::last, nullptr));
    const auto expected = f.last_logits(*s);
    CHECK(s->length(0) == 30);
    CHECK(s->length(1) == 0);

    // another sequence, fed in pieces and out of step
    const auto other = some_tokens(20, tiny_shape().vocab, 6);
    REQUIRE_OK(s->feed({&tokens[0], 11}, 0, 2, Want::none, nullptr));
    CHECK(s->logits_count() == 0);
    REQUIRE_OK(s->feed(other, 0, 1, Want::none, nullptr));
    REQUIRE_OK(s->feed({&tokens[11], 19}, 11, 2, Want::last, nullptr));
    CHECK(f.last_logits(*s) == expected);

    // overwrite the tail, then restore it by trim and feed
    REQUIRE_OK(s->feed({&other[0], 5}, 25, 2, Want::last, nullptr));
    CHECK(f.last_logits(*s) != expected);
    REQUIRE_OK(s->trim(2, 25));
    CHECK(s->length(2) == 25);
    REQUIRE_OK(s->feed({&tokens[25], 5}, 25, 2, Want::last, nullptr));
    CHECK(f.last_logits(*s) == expected);

    // copy a prefix onto another sequence
    REQUIRE_OK(s->copy(2, 1, 29));
    CHECK(s->length(1) == 29);
    REQUIRE_OK(s->feed({&tokens[29], 1}, 29, 1, Want::last, nullptr));
    CHECK(f.last_logits(*s) == expected);
}

TEST_CASE("logits come for the wanted tokens, in order, over several batches") {
    Fixture f;
    const auto tokens = some_tokens(20, tiny_shape().vocab, 9);
    auto s = f.session(small());
    std::vector<std::vector<float>> each;
    for (uint32_t i = 0; i < 20; i++) {
        REQUIRE_OK(s->feed({&tokens[i], 1}, i, 0, Want::last, nullptr));
        each.push_back(f.last_logits(*s));
    }
    std::vector<uint8_t> mask(20, 0);
    const size_t wanted[] = {0, 7, 8, 9, 15, 16, 19};
    for (size_t i : wanted) mask[i] = 1;
    REQUIRE_OK(s->feed(tokens, 0, 1, Want::none, mask.data()));
    REQUIRE(s->logits_count() == 7);
    for (uint32_t r = 0; r < 7; r++)
        CHECK(std::vector<float>(s->logits(r), s->logits(r) + tiny_shape().vocab) ==
              each[wanted[r]]);
}

TEST_CASE("what does not fit is refused and leaves the sequence as it was") {
    Fixture f;
    auto s = f.session(small());
    const auto tokens = some_tokens(65, tiny_shape().vocab, 1);
    REQUIRE_OK(s->feed({&tokens[0], 10}, 0, 0, Want::last, nullptr));
    CHECK(s->feed(tokens, 0, 0, Want::last, nullptr).code() == StatusCode::limit);
    CHECK(s->feed({&tokens[0], 55}, 10, 0, Want::last, nullptr).code() == StatusCode::limit);
    CHECK(s->feed({&tokens[0], 9}, 0, 0, Want::all, nullptr).code() == StatusCode::limit);
    CHECK(s->feed({&tokens[0], 1}, 11, 0, Want::last, nullptr).code() ==
          StatusCode::invalid_argument);
    CHECK(s->feed({&tokens[0], 1}, 0, 3, Want::last, nullptr).code() ==
          StatusCode::invalid_argument);
    CHECK(s->feed({}, 0, 0, Want::last, nullptr).code() == StatusCode::invalid_argument);
    const uint32_t beyond = tiny_shape().vocab;
    CHECK(s->feed({&beyond, 1}, 10, 0, Want::last, nullptr).code() == StatusCode::invalid_argument);
    CHECK(s->trim(0, 11).code() == StatusCode::invalid_argument);
    CHECK(s->copy(0, 1, 11).code() == StatusCode::invalid_argument);
    CHECK(s->copy(0, 3, 1).code() == StatusCode::invalid_argument);
    CHECK(s->length(0) == 10);
    REQUIRE_OK(s->feed({&tokens[10], 54}, 10, 0, Want::last, nullptr));  // exactly full

    for (auto change :
         {+[](SessionShape& x) { x.context = 0; },
          +[](SessionShape& x) { x.context = (1u << 24) + 1; },
          +[](SessionShape& x) { x.batch = 0; }, +[](SessionShape& x) { x.threads = 0; },
          +[](SessionShape& x) { x.threads = 5000; }, +[](SessionShape& x) { x.sequences = 0; }}) {
        SessionShape bad = small();
        change(bad);
        CHECK(Session::create(*f.bound.weights, bad, {}).status().code() ==
              StatusCode::invalid_argument);
    }
}

TEST_CASE("memory comes from the caller's allocator in one piece of the announced size") {
    Fixture f;
    struct Count {
        size_t live = 0, calls = 0, size = 0;
        bool refuse = false;
    } count;
    SessionAllocator a;
    a.user = &count;
    a.alloc = [](size_t size, size_t alignment, void* user) -> void* {
        Count& c = *static_cast<Count*>(user);
        c.calls++, c.size = size, c.live += size;
        return c.refuse ? nullptr : std::aligned_alloc(alignment, (size + 63) / 64 * 64);
    };
    a.free = [](void* p, size_t size, void* user) {
        static_cast<Count*>(user)->live -= size;
        std::free(p);
    };
    const auto needed = Session::memory(*f.bound.weights, small());
    REQUIRE_OK(needed);
    {
        auto s = Session::create(*f.bound.weights, small(), a);
        REQUIRE_OK(s);
        CHECK(count.calls == 1);
        CHECK(count.size == *needed);
    }
    CHECK(count.live == 0);
    count.refuse = true;
    CHECK(Session::create(*f.bound.weights, small(), a).status().code() ==
          StatusCode::out_of_memory);
}

TEST_CASE("the abort callback stops a feed and the session goes on afterwards") {
    Fixture f;
    auto s = f.session(small());
    const auto tokens = some_tokens(30, tiny_shape().vocab, 5);
    REQUIRE_OK(s->feed(tokens, 0, 0, Want::last, nullptr));
    const auto expected = f.last_logits(*s);
    int calls = 0;
    s->set_abort([](void* user) { return ++*static_cast<int*>(user) == 4; }, &calls);
    CHECK(s->feed(tokens, 0, 0, Want::last, nullptr).code() == StatusCode::aborted);
    CHECK(s->length(0) == 8);  // the batches before stay
    s->set_abort(nullptr, nullptr);
    REQUIRE_OK(s->feed({&tokens[8], 22}, 8, 0, Want::last, nullptr));
    CHECK(f.last_logits(*s) == expected);
}

TEST_CASE("threads by measurement are among those that there are, and it is said why") {
    Fixture f;
    CHECK(choose_threads(*f.bound.weights, 1).threads == 1);
    for (uint32_t cores : {2u, 3u, 5u}) {
        const ThreadChoice choice = choose_threads(*f.bound.weights, cores);
        CHECK(choice.threads >= 1);
        CHECK(choice.threads <= cores);
        INFO(choice.why);
        CHECK(choice.why.starts_with(std::to_string(choice.threads)));
        CHECK(choice.why.find(" " + std::to_string(cores) + ": ") != std::string::npos);
    }
}
