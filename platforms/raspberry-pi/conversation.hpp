/// A conversation with a model: by its chat template, or, where it has none, a text that the two
/// write together. Each turn computes only what the KV cache does not hold. Relies on
/// gosset/gosset.hpp and nothing of the terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <gosset/gosset.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gosset_pi {

/// Takes whole characters as they come; false stops the answer.
using Sink = std::function<bool(std::string_view)>;

/// What became of one turn.
struct Turn {
    std::string error;     ///< "": none; otherwise the conversation is as before
    bool stopped = false;  ///< by the sink or the session's abort callback
    bool full = false;     ///< the context ended the answer
    bool open = false;     ///< the limit of tokens did: more() goes on
    size_t forgotten = 0;  ///< tokens of the oldest turns, dropped for room
    gosset_generated figures = {};

    /// Tokens a second while decoding, 0 for less than two tokens: the first one comes from the
    /// prompt. And of the prompt.
    double speed() const;
    double prompt_speed() const;
};

class Conversation {
  public:
    /// All three outlive the conversation, which alone uses session (sequence 0) and sampler.
    Conversation(const gosset::api::Model& model, gosset::api::Session& session,
                 gosset::api::Sampler& sampler);

    /// The model has no chat template: what is said is continued.
    bool plain() const { return plain_; }
    /// Forgets all but this system message, which may be "". Plain text has none.
    void start(const std::string& system);
    /// Forgets all but the system message.
    void clear() { start(std::string(system_)); }

    /// Answers, in at most `most` tokens. text is UTF-8.
    Turn say(const std::string& text, uint32_t most, const Sink& sink);
    /// Goes on with an answer that was stopped or cut.
    Turn more(uint32_t most, const Sink& sink);

    /// Positions of the context that hold something.
    uint32_t used() const { return session_.length(); }

  private:
    size_t room() const;
    std::string render(std::vector<gosset::api::Message>& messages, gosset::api::Tokens& ids,
                       Turn& turn) const;
    std::string line(const std::string& text, gosset::api::Tokens& added) const;
    gosset::api::Tokens extended(const gosset::api::Tokens& added, Turn& turn) const;
    std::string too_long(size_t tokens) const;
    std::string generate(const gosset::api::Tokens& ids, uint32_t most, const Sink& sink,
                         Turn& turn);

    const gosset::api::Model& model_;
    gosset::api::Session& session_;
    gosset::api::Sampler& sampler_;
    const bool plain_;
    std::string system_;
    std::vector<gosset::api::Message> messages_;
    gosset::api::Tokens ids_;  ///< of all so far; the cache holds them up to used()
    std::string text_;         ///< of the last answer
    bool unfinished_ = false;  ///< the last answer can go on
};

}  // namespace gosset_pi
