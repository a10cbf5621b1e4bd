#include "conversation.hpp"

#include <algorithm>
#include <utility>

namespace gosset_pi {

namespace api = gosset::api;

namespace {

double per_second(uint32_t tokens, double seconds) {
    return tokens > 0 && seconds > 0 ? tokens / seconds : 0;
}

}  // namespace

double Turn::speed() const {
    const uint32_t steps = figures.new_tokens > 0 ? figures.new_tokens - 1 : 0;
    return per_second(steps, figures.decode_seconds);
}

double Turn::prompt_speed() const {
    return per_second(figures.prompt_tokens, figures.prompt_seconds);
}

Conversation::Conversation(const api::Model& model, api::Session& session, api::Sampler& sampler)
    : model_(model),
      session_(session),
      sampler_(sampler),
      plain_(model.info().has_chat_template == 0) {}

void Conversation::start(const std::string& system) {
    system_ = system;
    messages_.clear();
    if (!system.empty() && !plain_) messages_.push_back({"system", system});
    ids_.clear();
    text_.clear();
    unfinished_ = false;
    sampler_.reset();
}

/// Tokens that may be there when an answer begins: a quarter of the context is left for it.
size_t Conversation::room() const {
    return session_.context() - session_.context() / 4;
}

std::string Conversation::too_long(size_t tokens) const {
    return "that is " + std::to_string(tokens) + " tokens, and the context has " +
           std::to_string(session_.context()) + ": say less, or start with a larger -c";
}

/// Ids of a conversation by the template. Its oldest questions are dropped, each with its answer,
/// while it is too long. A complaint, or "".
std::string Conversation::render(std::vector<api::Message>& messages, api::Tokens& ids,
                                 Turn& turn) const {
    const size_t first = messages[0].role == "system" ? 1 : 0;
    size_t whole = 0;
    for (;;) {
        if (model_.chat_tokenize(messages, true, ids) != GOSSET_OK)
            return gosset_last_error(nullptr);
        whole = std::max(whole, ids.size());
        if (ids.size() <= room() || messages.size() - first < 3) break;
        const auto oldest = messages.begin() + std::ptrdiff_t(first);
        messages.erase(oldest, oldest + 2);
    }
    turn.forgotten = whole - ids.size();
    if (ids.empty()) return "the chat template made nothing of that";
    return ids.size() < session_.context() ? "" : too_long(ids.size());
}

/// Ids of a new line of the text. A complaint, or "".
std::string Conversation::line(const std::string& text, api::Tokens& added) const {
    const bool begins = ids_.empty();
    const bool line_ended = text_.empty() || text_.back() == '\n';
    const uint32_t flags = begins ? GOSSET_ADD_SPECIAL : 0;
    if (model_.tokenize(begins || line_ended ? text : "\n" + text, flags, added) != GOSSET_OK)
        return gosset_last_error(nullptr);
    if (added.empty()) return "there is nothing to go on from";
    return added.size() < session_.context() ? "" : too_long(added.size());
}

/// The text so far and more of it. Its beginning is dropped where it is too long: half of the room
/// stays.
api::Tokens Conversation::extended(const api::Tokens& added, Turn& turn) const {
    api::Tokens ids = ids_;
    if (ids.size() + added.size() > room()) {
        const size_t half = room() / 2;
        const size_t kept = std::min(ids.size(), half - std::min(half, added.size()));
        turn.forgotten = ids.size() - kept;
        ids.erase(ids.begin(), ids.end() - std::ptrdiff_t(kept));
        const gosset_model_info info = model_.info();
        if (info.add_bos && info.bos != GOSSET_NO_TOKEN) ids.insert(ids.begin(), info.bos);
    }
    ids.insert(ids.end(), added.begin(), added.end());
    return ids;
}

/// Feeds what the cache does not hold, but at least one token, which gives the logits. A complaint,
/// or "".
std::string Conversation::generate(const api::Tokens& ids, uint32_t most, const Sink& sink,
                                   Turn& turn) {
    const size_t held = std::min<size_t>({session_.length(), ids_.size(), ids.size() - 1});
    const auto held_end = ids_.begin() + std::ptrdiff_t(held);
    const size_t same =
        size_t(std::mismatch(ids_.begin(), held_end, ids.begin()).first - ids_.begin());
    if (session_.trim(uint32_t(same)) != GOSSET_OK) return gosset_last_error(nullptr);
    ids_ = ids;
    bool refused = false;
    const auto take = [&](api::Token token, std::string_view text) {
        ids_.push_back(token);
        text_ += text;
        refused = !sink(text);
        return !refused;
    };
    const api::Tokens fresh(ids.begin() + std::ptrdiff_t(same), ids.end());
    turn.figures.struct_size = sizeof turn.figures;
    const gosset_status status = session_.generate(sampler_, fresh, most, take, &turn.figures);
    turn.stopped = refused || status == GOSSET_ABORTED;
    turn.full = status == GOSSET_LIMIT;
    turn.open = status == GOSSET_OK && !refused && !turn.figures.ended;
    unfinished_ = !turn.figures.ended && (plain_ || !turn.full);
    if (status == GOSSET_OK || turn.stopped || turn.full) return "";
    return gosset_last_error(nullptr);
}

Turn Conversation::say(const std::string& text, uint32_t most, const Sink& sink) {
    Turn turn;
    api::Tokens ids;
    std::vector<api::Message> messages = messages_;
    messages.push_back({"user", text});
    turn.error = plain_ ? line(text, ids) : render(messages, ids, turn);
    if (!turn.error.empty()) return turn;
    if (plain_) ids = extended(ids, turn);
    text_.clear();
    turn.error = generate(ids, most, sink, turn);
    if (!turn.error.empty() || plain_) return turn;
    if (turn.figures.new_tokens == 0) {  // stopped before a word: as if never asked
        unfinished_ = false;
        return turn;
    }
    messages.push_back({"assistant", text_});
    messages_ = std::move(messages);
    return turn;
}

Turn Conversation::more(uint32_t most, const Sink& sink) {
    Turn turn;
    if (ids_.empty() || !unfinished_) {
        turn.error = "there is no answer that could go on";
        return turn;
    }
    const api::Tokens ids = plain_ ? extended({}, turn) : ids_;
    turn.error = generate(ids, most, sink, turn);
    if (turn.error.empty() && !plain_) messages_.back().content = text_;
    return turn;
}

}  // namespace gosset_pi
