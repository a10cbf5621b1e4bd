// Sequences as a whole: trim, copy, save and restore.
#include <cstring>
#include <string>

#include "runtime/session/session.hpp"
#include "runtime/session/state.hpp"

namespace gosset {

namespace {

// f(cache, layer, head, dim) for K and V of every layer and KV head, in the order of a saved state.
template <class F>
void for_each_head(const ModelConfig& c, const Workspace& w, F&& f) {
    for (uint32_t layer = 0; layer < c.layers; layer++) {
        for (uint32_t head = 0; head < c.kv_heads; head++) {
            f(w.k_cache, layer, head, c.head_dim);
            f(w.v_cache, layer, head, c.v_head_dim);
        }
    }
}

}  // namespace

Status Session::check_held(uint32_t sequence, uint32_t length) const {
    if (sequence >= shape_.sequences)
        return invalid_argument("sequence " + std::to_string(sequence) + " of a session with " +
                                std::to_string(shape_.sequences));
    if (length > lengths_[sequence])
        return invalid_argument("the sequence has " + std::to_string(lengths_[sequence]) +
                                " positions, fewer than " + std::to_string(length));
    return {};
}

Status Session::trim(uint32_t sequence, uint32_t length) {
    GOSSET_TRY(check_held(sequence, length));
    lengths_[sequence] = length;
    return {};
}

Status Session::copy(uint32_t from, uint32_t to, uint32_t length) {
    GOSSET_TRY(check_held(from, length));
    GOSSET_TRY(check_held(to, 0));
    const ModelConfig& c = model_.config;
    const auto copy_head = [&](uint8_t* cache, uint32_t layer, uint32_t head, uint32_t dim) {
        std::memcpy(cache + kv_offset(c, shape_, layer, to, head, dim),
                    cache + kv_offset(c, shape_, layer, from, head, dim),
                    size_t(length) * dim * shape_.kv_bytes());
    };
    if (from != to) for_each_head(c, workspace_, copy_head);
    lengths_[to] = length;
    return {};
}

Result<uint64_t> Session::saved_size(uint32_t sequence, uint32_t length) const {
    GOSSET_TRY(check_held(sequence, length));
    return state_size(model_.config, shape_, length);
}

Status Session::save(uint32_t sequence, uint32_t length, std::span<uint8_t> state) const {
    GOSSET_ASSIGN(const uint64_t size, saved_size(sequence, length));
    if (state.size() < size) return limit_reached("no room for the state of a sequence");
    const ModelConfig& c = model_.config;
    uint8_t* to = state.data() + kStateHeader;
    for_each_head(c, workspace_, [&](uint8_t* cache, uint32_t layer, uint32_t head, uint32_t dim) {
        const size_t bytes = size_t(length) * dim * shape_.kv_bytes();
        std::memcpy(to, cache + kv_offset(c, shape_, layer, sequence, head, dim), bytes);
        to += bytes;
    });
    write_state_header(model_, shape_, length, state.first(size_t(size)));
    return {};
}

Status Session::restore(uint32_t sequence, std::span<const uint8_t> state) {
    GOSSET_TRY(check_held(sequence, 0));
    GOSSET_ASSIGN(const uint32_t length, check_state(model_, shape_, state));
    const ModelConfig& c = model_.config;
    const uint8_t* from = state.data() + kStateHeader;
    for_each_head(c, workspace_, [&](uint8_t* cache, uint32_t layer, uint32_t head, uint32_t dim) {
        const size_t bytes = size_t(length) * dim * shape_.kv_bytes();
        std::memcpy(cache + kv_offset(c, shape_, layer, sequence, head, dim), from, bytes);
        from += bytes;
    });
    lengths_[sequence] = length;
    return {};
}

}  // namespace gosset
