#include "runtime/session/state.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "format/hash.hpp"

namespace gosset {

namespace {

constexpr std::array<uint8_t, 8> kMagic = {0x89, 'G', 'S', 'T', 'A', 'T', '\r', '\n'};
constexpr size_t kLengthAt = 40, kSizeAt = 48, kHashAt = 56;
using StateHeader = std::array<uint8_t, kStateHeader>;

void put(uint8_t* at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) at[i] = uint8_t(value >> (8 * i));
}

uint64_t get(const uint8_t* at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value |= uint64_t(at[i]) << (8 * i);
    return value;
}

// All but the hash.
StateHeader encode(const ModelWeights& model, const SessionShape& shape, uint32_t length) {
    const ModelConfig& c = model.config;
    StateHeader h{};
    std::copy(kMagic.begin(), kMagic.end(), h.begin());
    put(&h[8], kStateVersion, 4);
    put(&h[12], shape.kv_type == KvType::f16 ? 0 : 1, 4);
    put(&h[16], model.identity, 8);
    put(&h[24], c.layers, 4);
    put(&h[28], c.kv_heads, 4);
    put(&h[32], c.head_dim, 4);
    put(&h[36], c.v_head_dim, 4);
    put(&h[kLengthAt], length, 4);
    put(&h[kSizeAt], state_size(c, shape, length), 8);
    return h;
}

uint64_t hash_state(StateHeader header, std::span<const uint8_t> rest) {
    put(&header[kHashAt], 0, 8);
    Hash hash;
    hash.add(header);
    hash.add(rest);
    return hash.value();
}

Status check_bytes(std::span<const uint8_t> state) {
    if (state.size() < kStateHeader || !std::equal(kMagic.begin(), kMagic.end(), state.begin()))
        return corrupt("not the saved state of a sequence");
    if (const uint64_t version = get(&state[8], 4); version != kStateVersion)
        return unsupported("a saved state of version " + std::to_string(version) +
                           ": this library knows " + std::to_string(kStateVersion));
    if (const uint64_t size = get(&state[kSizeAt], 8); size != state.size())
        return corrupt("the saved state says " + std::to_string(size) + " bytes and has " +
                       std::to_string(state.size()) + " (is it cut?)");
    StateHeader header;
    std::memcpy(header.data(), state.data(), kStateHeader);
    if (hash_state(header, state.subspan(kStateHeader)) != get(&state[kHashAt], 8))
        return corrupt("the hash of the saved state differs: it was damaged or changed");
    return {};
}

}  // namespace

uint64_t state_size(const ModelConfig& c, const SessionShape& shape, uint32_t length) {
    return kStateHeader + uint64_t(c.layers) * c.kv_heads * length *
                              (uint64_t(c.head_dim) + c.v_head_dim) * shape.kv_bytes();
}

void write_state_header(const ModelWeights& model, const SessionShape& shape, uint32_t length,
                        std::span<uint8_t> state) {
    StateHeader h = encode(model, shape, length);
    put(&h[kHashAt], hash_state(h, state.subspan(kStateHeader)), 8);
    std::memcpy(state.data(), h.data(), kStateHeader);
}

Result<uint32_t> check_state(const ModelWeights& model, const SessionShape& shape,
                             std::span<const uint8_t> state) {
    GOSSET_TRY(check_bytes(state));
    const uint32_t length = uint32_t(get(&state[kLengthAt], 4));
    const StateHeader expected = encode(model, shape, length);
    const auto same = [&](size_t from, size_t to) {
        return std::equal(&expected[from], expected.data() + to, &state[from]);
    };
    if (!same(16, 24)) return invalid_argument("the saved state is of another model");
    if (!same(12, 16))
        return invalid_argument(
            "the saved state has another kv_type: make the session with the "
            "one that it was saved with");
    if (length > shape.context)
        return limit_reached("the saved state has " + std::to_string(length) +
                             " positions, the session's context " + std::to_string(shape.context) +
                             "; ask for a longer context");
    // Its hash is right and yet it is none of ours: shapes, reserved bytes or the size.
    if (!same(0, kHashAt)) return corrupt("the header of the saved state contradicts the model");
    return length;
}

}  // namespace gosset
