// A session lives in the caller's memory: in as much as was announced, wherever it lies and
// whatever it held before.
#include <algorithm>
#include <cstring>

#include "gosset/gosset.h"
#include "tests/runtime/tiny.hpp"

using namespace gosset::test;

namespace {

constexpr size_t kGuard = 4096, kAlignment = 64;

// One block with guards around it, full of bytes that are no number in any format.
struct Arena {
    std::vector<uint8_t> bytes;
    size_t size, allocations = 0, frees = 0, asked = 0, alignment = 0, skew = 0;
    bool freed_right = false;

    explicit Arena(uint64_t n)
        : bytes(size_t(n) + 2 * kGuard + kAlignment, 0xff), size(size_t(n)) {}
    uint8_t* begin() {
        const auto address = reinterpret_cast<uintptr_t>(bytes.data()) + kGuard;
        return bytes.data() + kGuard + (kAlignment - address % kAlignment) % kAlignment + skew;
    }
    gosset_allocator allocator() {
        gosset_allocator a;
        a.alloc = [](size_t n, size_t aligned, void* user) -> void* {
            Arena& arena = *static_cast<Arena*>(user);
            arena.allocations++, arena.asked = n, arena.alignment = aligned;
            return n <= arena.size ? arena.begin() : nullptr;
        };
        a.free = [](void* memory, size_t n, void* user) {
            Arena& arena = *static_cast<Arena*>(user);
            arena.frees++, arena.freed_right = memory == arena.begin() && n == arena.asked;
        };
        a.user = this;
        return a;
    }
    bool guards_hold() {
        const uint8_t *first = bytes.data(), *end = first + bytes.size();
        const auto untouched = [](const uint8_t* from, const uint8_t* to) {
            return std::all_of(from, to, [](uint8_t b) { return b == 0xff; });
        };
        return untouched(first, begin()) && untouched(begin() + size, end);
    }
};

// Logits of a prompt in two feeds and of a few tokens, in the last sequence.
std::vector<float> answers(gosset_session* s, uint32_t sequence) {
    const auto tokens = some_tokens(30, tiny_shape().vocab, 9);
    std::vector<float> all;
    for (uint32_t position = 0; position < 30;) {
        const uint32_t n = position < 20 ? 10 : 1;
        REQUIRE(gosset_feed(s, &tokens[position], n, position, sequence, GOSSET_WANT_LAST,
                            nullptr) == GOSSET_OK);
        const float* logits = nullptr;
        REQUIRE(gosset_logits(s, 0, &logits) == GOSSET_OK);
        all.insert(all.end(), logits, logits + tiny_shape().vocab);
        position += n;
    }
    return all;
}

struct Shape {
    uint32_t context, sequences, batch, threads, kv_type;
};

}  // namespace

TEST_CASE("exactly the announced bytes are asked for once, and all that is written lies there") {
    TempDir dir;
    make_model(dir.path("m.gosset"), "e8c4", seed());
    gosset_model* model = nullptr;
    REQUIRE(gosset_model_open(dir.path("m.gosset").c_str(), nullptr, &model) == GOSSET_OK);
    std::vector<float> expected[2];
    const Shape shapes[] = {{30, 1, 1, 1, 0},  {30, 1, 1, 1, 1},   {31, 2, 7, 2, 0},
                            {64, 3, 64, 3, 1}, {300, 1, 16, 2, 0}, {257, 2, 0, 0, 1}};
    for (const Shape& shape : shapes) {
        INFO("context " << shape.context << ", batch " << shape.batch);
        gosset_session_options o;
        gosset_session_options_default(&o);
        o.context = shape.context, o.sequences = shape.sequences, o.batch = shape.batch;
        o.threads = shape.threads, o.kv_type = shape.kv_type;
        uint64_t bytes = 0;
        REQUIRE(gosset_session_memory(model, &o, &bytes) == GOSSET_OK);
        gosset_session* session = nullptr;
        Arena tight(bytes - 1), arena(bytes), crooked(bytes);
        {  // the allocator struct itself is needed no longer than the call
            const gosset_allocator own = tight.allocator();
            o.allocator = &own;
            CHECK(gosset_session_create(model, &o, &session) == GOSSET_OUT_OF_MEMORY);
            CHECK(tight.frees == 0);
            const gosset_allocator wrong = crooked.allocator();
            crooked.skew = 8;
            o.allocator = &wrong;
            CHECK(gosset_session_create(model, &o, &session) == GOSSET_INVALID_ARGUMENT);
            CHECK(crooked.frees == 1);
            CHECK(session == nullptr);
            const gosset_allocator good = arena.allocator();
            o.allocator = &good;
            REQUIRE(gosset_session_create(model, &o, &session) == GOSSET_OK);
            o.allocator = nullptr;
        }
        CHECK(arena.allocations == 1);
        CHECK(arena.asked == bytes);
        CHECK(arena.alignment == kAlignment);
        const std::vector<float> got = answers(session, shape.sequences - 1);
        std::vector<float>& same = expected[shape.kv_type];
        if (same.empty()) same = got;
        CHECK(std::memcmp(got.data(), same.data(), got.size() * sizeof(float)) == 0);
        gosset_session_free(session);
        CHECK(arena.frees == 1);
        CHECK(arena.freed_right);
        CHECK(arena.guards_hold());

        REQUIRE(gosset_session_create(model, &o, &session) == GOSSET_OK);  // the C library's
        CHECK(answers(session, 0) == same);
        gosset_session_free(session);
    }
    gosset_session_options o;
    gosset_session_options_default(&o);
    gosset_allocator half = Arena(0).allocator();
    half.free = nullptr;
    o.allocator = &half;
    gosset_session* session = nullptr;
    CHECK(gosset_session_create(model, &o, &session) == GOSSET_INVALID_ARGUMENT);
    gosset_model_close(model);
}
