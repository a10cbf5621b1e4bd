// Sequences as bytes: saved, restored, damaged and foreign.
#include "runtime/session/state.hpp"

#include <cstring>

#include "format/hash.hpp"
#include "gosset/gosset.h"
#include "tests/runtime/tiny.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

using Bytes = std::vector<uint8_t>;
using Logits = std::vector<float>;
constexpr uint32_t kLength = 21;

SessionShape shape_of(KvType kv, uint32_t context = 40, uint32_t sequences = 2) {
    SessionShape s;
    s.context = context, s.sequences = sequences, s.batch = 8, s.threads = 1, s.kv_type = kv;
    return s;
}

struct Fixture {
    TempDir dir;
    Bound bound;
    std::vector<uint32_t> tokens = some_tokens(30, tiny_shape().vocab, 5);
    explicit Fixture(uint64_t model_seed = 7) {
        make_model(dir.path("m.gosset"), "q8", model_seed);
        bound = open_bound(dir.path("m.gosset"));
    }
    std::unique_ptr<Session> session(const SessionShape& shape) const {
        auto s = Session::create(*bound.weights, shape, {});
        REQUIRE_OK(s);
        return std::move(*s);
    }
    /// Logits of tokens [from, 30), all of them, fed to a sequence that holds those before.
    Logits rest(Session& s, uint32_t from, uint32_t sequence) const {
        Logits all;
        for (uint32_t i = from; i < tokens.size(); i++) {
            REQUIRE_OK(s.feed({&tokens[i], 1}, i, sequence, Want::last, nullptr));
            all.insert(all.end(), s.logits(0), s.logits(0) + tiny_shape().vocab);
        }
        return all;
    }
    Bytes saved(const Session& s, uint32_t sequence, uint32_t length) const {
        const auto size = s.saved_size(sequence, length);
        REQUIRE_OK(size);
        Bytes state(size_t(*size) + 1, 0xa5);  // one beyond
        REQUIRE_OK(s.save(sequence, length, {state.data(), size_t(*size)}));
        CHECK(state.back() == 0xa5);
        state.pop_back();
        return state;
    }
};

// As a forger would: changes bytes and makes the hash right again.
Bytes forged(Bytes state, size_t at, const Bytes& with) {
    std::copy(with.begin(), with.end(), state.begin() + long(at));
    std::memset(&state[56], 0, 8);
    Hash hash;
    hash.add(state);
    const uint64_t value = hash.value();
    std::memcpy(&state[56], &value, 8);  // little-endian hosts
    return state;
}

}  // namespace

TEST_CASE("a restored sequence goes on with the bits of one that was never saved") {
    const Fixture f;
    for (const KvType kv : {KvType::f16, KvType::f32}) {
        auto one = f.session(shape_of(kv));
        REQUIRE_OK(one->feed({f.tokens.data(), 25}, 0, 0, Want::none, nullptr));
        for (const uint32_t length : {0u, 1u, kLength, 25u}) {
            const Bytes state = f.saved(*one, 0, length);
            // another context, another number of sequences, another place among them
            auto other = f.session(shape_of(kv, 30 + length, 4));
            REQUIRE_OK(other->feed({&f.tokens[3], 9}, 0, 2, Want::none, nullptr));
            REQUIRE_OK(other->restore(2, state));
            CHECK(other->length(2) == length);
            CHECK(other->length(1) == 0);
            CHECK(f.saved(*other, 2, length) == state);
            auto never = f.session(shape_of(kv));
            if (length > 0)
                REQUIRE_OK(never->feed({f.tokens.data(), length}, 0, 1, Want::none, nullptr));
            CHECK(f.rest(*other, length, 2) == f.rest(*never, length, 1));
        }
        CHECK(one->saved_size(0, 26).status().code() == StatusCode::invalid_argument);
        CHECK(one->saved_size(2, 0).status().code() == StatusCode::invalid_argument);
    }
}

TEST_CASE("a damaged state is refused, wherever it is damaged, and nothing changes") {
    const Fixture f;
    auto s = f.session(shape_of(KvType::f16));
    REQUIRE_OK(s->feed({f.tokens.data(), kLength}, 0, 0, Want::none, nullptr));
    const Bytes state = f.saved(*s, 0, kLength);
    REQUIRE_OK(s->feed({&f.tokens[2], 7}, 0, 1, Want::none, nullptr));
    const Bytes before = f.saved(*s, 1, 7);
    const auto refused = [&](const Bytes& bytes, size_t where) {
        const Status status = s->restore(1, bytes);
        INFO("at " << where << ": " << status.message());
        // a version that is not ours is a state of another library
        const bool version = where >= 8 && where < 12 && bytes.size() == state.size();
        CHECK(status.code() == (version ? StatusCode::unsupported : StatusCode::corrupt));
        CHECK(s->length(1) == 7);
    };
    for (size_t n = 0; n < state.size(); n = n < 70 ? n + 1 : n + 97)
        refused(Bytes(state.begin(), state.begin() + long(n)), n);
    Bytes longer = state;
    longer.push_back(0);
    refused(longer, state.size());
    Rng rng(seed());
    for (size_t at = 0; at < state.size(); at += at < 64 ? 1 : 1 + rng.below(200)) {
        Bytes flipped = state;
        flipped[at] ^= uint8_t(1u << rng.below(8));
        refused(flipped, at);
    }
    CHECK(f.saved(*s, 1, 7) == before);
    CHECK(s->restore(2, state).code() == StatusCode::invalid_argument);
    REQUIRE_OK(s->restore(1, state));
}

TEST_CASE("a state of another model, kv type or shape is refused by name") {
    const Fixture f, other(8);
    auto s = f.session(shape_of(KvType::f16)), t = other.session(shape_of(KvType::f16));
    auto wide = f.session(shape_of(KvType::f32)), small = f.session(shape_of(KvType::f16, 20));
    REQUIRE_OK(s->feed({f.tokens.data(), kLength}, 0, 0, Want::none, nullptr));
    const Bytes state = f.saved(*s, 0, kLength);
    const auto refused = [&](Session& into, const Bytes& bytes, StatusCode code, const char* word) {
        const Status status = into.restore(0, bytes);
        CHECK(status.code() == code);
        INFO(status.message());
        CHECK(status.message().find(word) != std::string::npos);
    };
    refused(*t, state, StatusCode::invalid_argument, "another model");
    refused(*wide, state, StatusCode::invalid_argument, "kv_type");
    refused(*small, state, StatusCode::limit, "context 20");
    CHECK(t->length(0) + wide->length(0) + small->length(0) == 0);
    // The hash is right, the header is not: each field of shapes, reserved bytes and the length.
    for (const size_t at : {24, 28, 32, 36, 44})
        refused(*s, forged(state, at, {77, 0, 0, 0}), StatusCode::corrupt, "contradicts");
    refused(*s, forged(state, 40, {kLength + 1, 0, 0, 0}), StatusCode::corrupt, "contradicts");
    refused(*s, forged(state, 40, {255, 255, 255, 255}), StatusCode::limit, "4294967295");
    refused(*s, forged(state, 12, {2, 0, 0, 0}), StatusCode::invalid_argument, "kv_type");
    CHECK(s->length(0) == kLength);
}

TEST_CASE("a forged state of no numbers gives nonsense, not a fault") {
    const Fixture f;
    for (const KvType kv : {KvType::f16, KvType::f32}) {
        auto s = f.session(shape_of(kv));
        REQUIRE_OK(s->feed({f.tokens.data(), kLength}, 0, 0, Want::none, nullptr));
        const Bytes state = f.saved(*s, 0, kLength);
        Rng rng(seed());
        for (const int kind : {0xff, 0x7c, 0x7f, -1}) {
            Bytes values(state.size() - kStateHeader, uint8_t(kind));
            if (kind < 0)
                for (uint8_t& v : values) v = uint8_t(rng.below(256));
            REQUIRE_OK(s->restore(0, forged(state, kStateHeader, values)));
            REQUIRE_OK(s->feed({&f.tokens[kLength], 5}, kLength, 0, Want::all, nullptr));
            REQUIRE_OK(s->feed({&f.tokens[0], 1}, kLength + 5, 0, Want::last, nullptr));
        }
    }
}

TEST_CASE("gosset_sequence_save asks for room first and writes no more than that") {
    const Fixture f;
    gosset_model* model = nullptr;
    gosset_session* session = nullptr;
    REQUIRE(gosset_model_open(f.dir.path("m.gosset").c_str(), nullptr, &model) == GOSSET_OK);
    gosset_session_options o;
    gosset_session_options_default(&o);
    o.context = 40, o.threads = 1;
    REQUIRE(gosset_session_create(model, &o, &session) == GOSSET_OK);
    REQUIRE(gosset_feed(session, f.tokens.data(), kLength, 0, 0, GOSSET_WANT_NONE, nullptr) ==
            GOSSET_OK);
    size_t size = 0, written = 0;
    CHECK(gosset_sequence_save(session, 0, kLength, nullptr, 0, &size) == GOSSET_LIMIT);
    // 2 layers x 2 KV heads x (K and V of 12 half floats)
    CHECK(size == 64 + size_t(kLength) * 2 * 2 * 2 * 12 * 2);
    Bytes state(size + 8, 0xa5);
    CHECK(gosset_sequence_save(session, 0, kLength, state.data(), size - 1, &written) ==
          GOSSET_LIMIT);
    CHECK(state == Bytes(size + 8, 0xa5));
    REQUIRE(gosset_sequence_save(session, 0, kLength, state.data(), size + 8, &written) ==
            GOSSET_OK);
    CHECK(written == size);
    CHECK(Bytes(state.begin() + long(size), state.end()) == Bytes(8, 0xa5));
    CHECK(gosset_sequence_restore(session, 0, state.data(), size + 8) == GOSSET_CORRUPT);
    CHECK(std::string(gosset_last_error(nullptr)).find("bytes") != std::string::npos);
    CHECK(gosset_sequence_restore(session, 0, state.data(), size) == GOSSET_OK);
    CHECK(gosset_sequence_length(session, 0) == kLength);

    CHECK(gosset_sequence_save(session, 1, 0, nullptr, 0, &size) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_save(session, 0, 22, nullptr, 0, &size) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_save(session, 0, 1, nullptr, 0, nullptr) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_save(nullptr, 0, 0, nullptr, 0, &size) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_restore(nullptr, 0, nullptr, 0) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_restore(session, 0, nullptr, 5) == GOSSET_INVALID_ARGUMENT);
    CHECK(gosset_sequence_restore(session, 0, nullptr, 0) == GOSSET_CORRUPT);
    gosset_session_free(session);
    gosset_model_close(model);
}
