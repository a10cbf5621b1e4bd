/// The C++17 face of the C API: owners of the handles and no more. Relies on gosset/gosset.h and
/// the standard library; nothing here throws (but for std::bad_alloc) or adds behaviour. Functions
/// return the C API's status; gosset_last_error says why one failed. Threads, owners and errors are
/// those of gosset.h, where each function is described. Header only.
///
///     gosset::api::Model model;
///     if (model.open("m.gosset") != GOSSET_OK) std::puts(gosset_last_error(nullptr));
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "gosset/gosset.h"

namespace gosset::api {

using Token = gosset_token;
using Tokens = std::vector<gosset_token>;

/// Calls a gosset_*_close or gosset_*_free function when an owner dies.
template <auto Free>
struct Closer {
    template <class T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

/// Fills `out` by a function (buffer, capacity, size) that reports the size it needs.
template <class Container, class Call>
[[nodiscard]] gosset_status fill(Container& out, size_t guess, Call call) {
    Container made(guess, {});
    size_t size = 0;
    gosset_status status = call(made.data(), made.size(), &size);
    if (status == GOSSET_LIMIT && size > made.size()) {
        made.resize(size);
        status = call(made.data(), made.size(), &size);
    }
    if (status != GOSSET_OK) return status;
    made.resize(size);
    out = std::move(made);
    return GOSSET_OK;
}

inline gosset_model_options model_options() {
    gosset_model_options options = {};
    gosset_model_options_default(&options);
    return options;
}
inline gosset_session_options session_options() {
    gosset_session_options options = {};
    gosset_session_options_default(&options);
    return options;
}
inline gosset_sampler_options sampler_options() {
    gosset_sampler_options options = {};
    gosset_sampler_options_default(&options);
    return options;
}

/// This processor and the tier of kernels in use; all zero where GOSSET_ISA is bad.
inline gosset_cpu_info cpu() {
    gosset_cpu_info info = {};
    info.struct_size = sizeof info;
    if (gosset_cpu(&info) != GOSSET_OK) return {};
    return info;
}

/// One turn of a conversation.
struct Message {
    std::string role, content;
};

/// A model file. Must outlive its sessions, samplers and streams.
class Model {
  public:
    gosset_model* get() const { return handle_.get(); }
    explicit operator bool() const { return handle_ != nullptr; }

    [[nodiscard]] gosset_status open(const char* path,
                                     const gosset_model_options* options = nullptr) {
        gosset_model* made = nullptr;
        const gosset_status status = gosset_model_open(path, options, &made);
        return take(status, made);
    }
    /// A part of an open file; the descriptor stays the caller's.
    [[nodiscard]] gosset_status open_fd(int fd, uint64_t offset, uint64_t length,
                                        const gosset_model_options* options = nullptr) {
        gosset_model* made = nullptr;
        const gosset_status status = gosset_model_open_fd(fd, offset, length, options, &made);
        return take(status, made);
    }
    /// 64-byte aligned bytes of the caller, which outlive the model.
    [[nodiscard]] gosset_status open_memory(const void* bytes, size_t size,
                                            const gosset_model_options* options = nullptr) {
        gosset_model* made = nullptr;
        const gosset_status status = gosset_model_open_memory(bytes, size, options, &made);
        return take(status, made);
    }
    /// All zero for an owner of nothing.
    gosset_model_info info() const {
        gosset_model_info made = {};
        made.struct_size = sizeof made;
        if (gosset_model_get_info(get(), &made) != GOSSET_OK) return {};
        return made;
    }
    bool is_end(Token token) const { return gosset_is_end(get(), token) != 0; }

    /// flags: GOSSET_ADD_SPECIAL, GOSSET_PARSE_SPECIAL.
    [[nodiscard]] gosset_status tokenize(std::string_view text, uint32_t flags, Tokens& out) const {
        return fill(out, text.size() / 3 + 16, [&](Token* ids, size_t capacity, size_t* n) {
            return gosset_tokenize(get(), text.data(), text.size(), flags, ids, capacity, n);
        });
    }
    [[nodiscard]] gosset_status detokenize(const Tokens& ids, std::string& out) const {
        return fill(out, ids.size() * 8, [&](char* text, size_t capacity, size_t* n) {
            return gosset_detokenize(get(), ids.data(), ids.size(), text, capacity, n);
        });
    }
    [[nodiscard]] gosset_status chat_tokenize(const std::vector<Message>& messages,
                                              bool add_generation_prompt, Tokens& out) const {
        std::vector<gosset_message> views;
        for (const Message& m : messages) views.push_back({m.role.c_str(), m.content.c_str()});
        return fill(out, 1024, [&](Token* ids, size_t capacity, size_t* n) {
            return gosset_chat_tokenize(get(), views.data(), views.size(), add_generation_prompt,
                                        ids, capacity, n);
        });
    }

  private:
    gosset_status take(gosset_status status, gosset_model* made) {
        if (status == GOSSET_OK) handle_.reset(made);
        return status;
    }
    std::unique_ptr<gosset_model, Closer<gosset_model_close>> handle_;
};

/// Chooses tokens from logits.
class Sampler {
  public:
    gosset_sampler* get() const { return handle_.get(); }

    [[nodiscard]] gosset_status create(const Model& model,
                                       const gosset_sampler_options* options = nullptr) {
        gosset_sampler* made = nullptr;
        const gosset_status status = gosset_sampler_create(model.get(), options, &made);
        if (status == GOSSET_OK) handle_.reset(made);
        return status;
    }
    [[nodiscard]] gosset_status sample(const float* logits, Token& token) {
        return gosset_sampler_sample(get(), logits, &token);
    }
    void accept(Token token) { gosset_sampler_accept(get(), token); }
    void reset() { gosset_sampler_reset(get()); }

  private:
    std::unique_ptr<gosset_sampler, Closer<gosset_sampler_free>> handle_;
};

/// A KV cache and the threads that fill it. Used by one thread at a time.
class Session {
  public:
    gosset_session* get() const { return handle_.get(); }

    [[nodiscard]] gosset_status create(const Model& model,
                                       const gosset_session_options* options = nullptr) {
        gosset_session* made = nullptr;
        const gosset_status status = gosset_session_create(model.get(), options, &made);
        if (status == GOSSET_OK) handle_.reset(made);
        return status;
    }
    /// Bytes that create() will ask options.allocator for; 0 for options that make no session.
    static uint64_t memory(const Model& model, const gosset_session_options* options = nullptr) {
        uint64_t bytes = 0;
        return gosset_session_memory(model.get(), options, &bytes) == GOSSET_OK ? bytes : 0;
    }
    uint32_t context() const { return gosset_session_context(get()); }
    uint32_t threads() const { return gosset_session_threads(get()); }
    uint32_t length(uint32_t sequence = 0) const { return gosset_sequence_length(get(), sequence); }
    [[nodiscard]] gosset_status trim(uint32_t length, uint32_t sequence = 0) {
        return gosset_sequence_trim(get(), sequence, length);
    }
    /// Positions [0, length) of `from` replace all of `to`.
    [[nodiscard]] gosset_status copy(uint32_t from, uint32_t to, uint32_t length) {
        return gosset_sequence_copy(get(), from, to, length);
    }
    /// All of a sequence as bytes, which restore() of any session of the model takes back.
    [[nodiscard]] gosset_status save(std::vector<uint8_t>& state, uint32_t sequence = 0) const {
        return fill(state, 0, [&](uint8_t* bytes, size_t capacity, size_t* n) {
            return gosset_sequence_save(get(), sequence, length(sequence), bytes, capacity, n);
        });
    }
    [[nodiscard]] gosset_status restore(const std::vector<uint8_t>& state, uint32_t sequence = 0) {
        return gosset_sequence_restore(get(), sequence, state.data(), state.size());
    }
    [[nodiscard]] gosset_status feed(const Token* tokens, size_t n, uint32_t position,
                                     gosset_want want, const uint8_t* mask = nullptr,
                                     uint32_t sequence = 0) {
        return gosset_feed(get(), tokens, n, position, sequence, want, mask);
    }
    size_t logits_count() const { return gosset_logits_count(get()); }
    /// Row of the last feed, `vocab` floats, or nullptr. Valid until the next feed.
    const float* logits(size_t row) const {
        const float* values = nullptr;
        return gosset_logits(get(), row, &values) == GOSSET_OK ? values : nullptr;
    }
    /// Feeds a prompt after what the sequence holds and samples up to max_new tokens; each goes to
    /// callback(token, text), which returns whether to go on and does not throw.
    template <class Callback>
    [[nodiscard]] gosset_status generate(Sampler& sampler, const Tokens& prompt, uint32_t max_new,
                                         Callback&& callback, gosset_generated* result = nullptr,
                                         uint32_t sequence = 0) {
        using Target = std::remove_reference_t<Callback>;
        const auto call = [](Token token, const char* text, size_t size, void* target) -> int {
            return (*static_cast<Target*>(target))(token, std::string_view(text, size)) ? 1 : 0;
        };
        void* target = const_cast<void*>(static_cast<const void*>(std::addressof(callback)));
        return gosset_generate(get(), sampler.get(), sequence, prompt.data(), prompt.size(),
                               max_new, call, target, result);
    }

  private:
    std::unique_ptr<gosset_session, Closer<gosset_session_free>> handle_;
};

/// Ids to characters, one token at a time; never half a character.
class Stream {
  public:
    [[nodiscard]] gosset_status create(const Model& model) {
        gosset_stream* made = nullptr;
        const gosset_status status = gosset_stream_create(model.get(), &made);
        if (status == GOSSET_OK) handle_.reset(made);
        return status;
    }
    /// The text lives until the next call.
    [[nodiscard]] gosset_status next(Token token, std::string_view& text) {
        const char* data = nullptr;
        size_t size = 0;
        const gosset_status status = gosset_stream_next(handle_.get(), token, &data, &size);
        if (status == GOSSET_OK) text = {data, size};
        return status;
    }
    [[nodiscard]] gosset_status finish(std::string_view& text) {
        const char* data = nullptr;
        size_t size = 0;
        const gosset_status status = gosset_stream_finish(handle_.get(), &data, &size);
        if (status == GOSSET_OK) text = {data, size};
        return status;
    }

  private:
    std::unique_ptr<gosset_stream, Closer<gosset_stream_free>> handle_;
};

}  // namespace gosset::api
