// Sessions, samplers and generation: gosset.h, second half.
#include <chrono>

#include "platforms/cpu.hpp"
#include "runtime/capi.hpp"
#include "runtime/session/thread_choice.hpp"

using namespace gosset;
using namespace gosset::capi;

namespace {

// On tiles 256 tokens at a time are up to a seventh faster than 128 (docs/performance.md).
constexpr uint32_t kDefaultContext = 4096, kDefaultBatch = 128, kRoundedBatch = 256;

Result<SessionShape> shape_of(const gosset_model* model, const gosset_session_options& o) {
    GOSSET_TRY(need(model, "model"));
    SessionShape s;
    const uint32_t most = model->weights->config.max_context;
    s.context = o.context ? o.context : std::min(most, kDefaultContext);
    s.sequences = o.sequences;
    const uint32_t batch = model->weights->rounds() ? kRoundedBatch : kDefaultBatch;
    s.batch = std::min(o.batch ? o.batch : batch, s.context);
    if (o.kv_type > GOSSET_KV_F32)
        return invalid_argument("kv_type " + std::to_string(o.kv_type) + " is not known");
    s.kv_type = o.kv_type == GOSSET_KV_F16 ? KvType::f16 : KvType::f32;
    s.threads = o.threads ? o.threads : model->best_threads();  // measures: last
    return s;
}

bool ask_abort(void* user) {
    const auto* s = static_cast<const gosset_session*>(user);
    return s->abort(s->abort_user) != 0;
}

double now() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

}  // namespace

uint32_t gosset_model::best_threads() const {
    std::call_once(measured_, [&] {
        const ThreadChoice choice = choose_threads(*weights, usable_cores());
        best_threads_ = choice.threads;
        if (log) log(GOSSET_LOG_INFO, choice.why.c_str(), log_user);
    });
    return best_threads_;
}

void gosset_session_options_default(gosset_session_options* o) {
    if (!o) return;
    *o = gosset_session_options{};
    o->struct_size = sizeof *o;
    o->sequences = 1;
}

gosset_status gosset_session_memory(const gosset_model* model,
                                    const gosset_session_options* options, uint64_t* bytes) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(bytes, "bytes"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_session_options_default));
        GOSSET_ASSIGN(const SessionShape shape, shape_of(model, o));
        GOSSET_ASSIGN(*bytes, Session::memory(*model->weights, shape));
        return {};
    });
}

gosset_status gosset_session_create(const gosset_model* model,
                                    const gosset_session_options* options, gosset_session** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(out, "out"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_session_options_default));
        GOSSET_ASSIGN(const SessionShape shape, shape_of(model, o));
        SessionAllocator allocator;
        if (o.allocator) {
            GOSSET_TRY(
                need(o.allocator->alloc && o.allocator->free, "the allocator's alloc or free"));
            allocator = {o.allocator->alloc, o.allocator->free, o.allocator->user};
        }
        std::unique_ptr<gosset_session> s(new gosset_session());
        s->model = model;
        s->abort = o.abort, s->abort_user = o.abort_user;
        GOSSET_ASSIGN(s->session, Session::create(*model->weights, shape, allocator));
        if (s->abort) s->session->set_abort(ask_abort, s.get());
        *out = s.release();
        return {};
    });
}

void gosset_session_free(gosset_session* session) {
    delete session;
}

uint32_t gosset_session_context(const gosset_session* session) {
    return session ? session->session->shape().context : 0;
}

uint32_t gosset_session_threads(const gosset_session* session) {
    return session ? session->session->shape().threads : 0;
}

gosset_status gosset_feed(gosset_session* session, const gosset_token* tokens, size_t n,
                          uint32_t position, uint32_t sequence, gosset_want want,
                          const uint8_t* want_mask) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session && (tokens || n == 0), "session or tokens"));
        return session->session->feed({tokens, n}, position, sequence, Want(want), want_mask);
    });
}

size_t gosset_logits_count(const gosset_session* session) {
    return session ? session->session->logits_count() : 0;
}

gosset_status gosset_logits(const gosset_session* session, size_t row, const float** logits) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session && logits, "session or logits"));
        if (row >= session->session->logits_count())
            return invalid_argument("logits row " + std::to_string(row) + " of " +
                                    std::to_string(session->session->logits_count()));
        *logits = session->session->logits(uint32_t(row));
        return {};
    });
}

uint32_t gosset_sequence_length(const gosset_session* session, uint32_t sequence) {
    if (!session || sequence >= session->session->shape().sequences) return 0;
    return session->session->length(sequence);
}

gosset_status gosset_sequence_trim(gosset_session* session, uint32_t sequence, uint32_t length) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session, "session"));
        return session->session->trim(sequence, length);
    });
}

gosset_status gosset_sequence_copy(gosset_session* session, uint32_t from, uint32_t to,
                                   uint32_t length) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session, "session"));
        return session->session->copy(from, to, length);
    });
}

gosset_status gosset_sequence_save(const gosset_session* session, uint32_t sequence,
                                   uint32_t length, void* bytes, size_t capacity, size_t* n_out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session && n_out && (bytes || capacity == 0),
                        "session, n_out or the room for the state"));
        GOSSET_ASSIGN(const uint64_t size, session->session->saved_size(sequence, length));
        *n_out = size_t(size);
        if (size > capacity)
            return limit_reached("room for " + std::to_string(capacity) + " bytes where " +
                                 std::to_string(size) + " are needed");
        return session->session->save(sequence, length, {static_cast<uint8_t*>(bytes), capacity});
    });
}

gosset_status gosset_sequence_restore(gosset_session* session, uint32_t sequence, const void* bytes,
                                      size_t size) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session && (bytes || size == 0), "session or the saved state"));
        return session->session->restore(sequence, {static_cast<const uint8_t*>(bytes), size});
    });
}

void gosset_sampler_options_default(gosset_sampler_options* o) {
    if (!o) return;
    const SamplerOptions d;
    *o = gosset_sampler_options{};
    o->struct_size = sizeof *o;
    o->temperature = d.temperature, o->top_p = d.top_p, o->min_p = d.min_p;
    o->repeat_penalty = d.repeat_penalty, o->top_k = d.top_k, o->repeat_last_n = d.repeat_last_n;
}

gosset_status gosset_sampler_create(const gosset_model* model,
                                    const gosset_sampler_options* options, gosset_sampler** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(model && out, "model or out"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_sampler_options_default));
        SamplerOptions s;
        s.greedy = o.greedy != 0, s.seed = o.seed, s.temperature = o.temperature;
        s.top_p = o.top_p, s.min_p = o.min_p, s.repeat_penalty = o.repeat_penalty;
        s.top_k = o.top_k, s.repeat_last_n = o.repeat_last_n;
        s.logit_bias = o.logit_bias, s.logit_bias_user = o.logit_bias_user;
        GOSSET_ASSIGN(Sampler sampler, Sampler::create(model->weights->config.vocab, s));
        *out = new gosset_sampler{std::move(sampler)};
        return {};
    });
}

gosset_status gosset_sampler_sample(gosset_sampler* sampler, const float* logits,
                                    gosset_token* token) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(sampler && logits && token, "sampler, logits or token"));
        GOSSET_ASSIGN(*token, sampler->sampler.sample(logits));
        return {};
    });
}

void gosset_sampler_accept(gosset_sampler* sampler, gosset_token token) {
    if (sampler) sampler->sampler.accept(token);
}

void gosset_sampler_reset(gosset_sampler* sampler) {
    if (sampler) sampler->sampler.reset();
}

void gosset_sampler_free(gosset_sampler* sampler) {
    delete sampler;
}

namespace {

// The loop behind gosset_generate.
Status generate(gosset_session* s, gosset_sampler* sampler, uint32_t sequence,
                std::span<const uint32_t> prompt, uint32_t max_new, gosset_token_fn callback,
                void* user, gosset_generated& done) {
    Session& session = *s->session;
    // After a BOS alone the first token begins the text; otherwise it continues the prompt.
    const bool at_start = session.length(sequence) == 0 && prompt.size() == 1 &&
                          prompt[0] == s->model->weights->config.bos_id;
    StreamDecoder decoder(&s->model->tokenizer, at_start);
    const double start = now();
    GOSSET_TRY(session.feed(prompt, session.length(sequence), sequence, Want::last, nullptr));
    for (uint32_t token : prompt) sampler->sampler.accept(token);
    done.prompt_tokens = uint32_t(prompt.size());
    const double fed = now();
    done.prompt_seconds = fed - start;
    while (done.new_tokens < max_new) {
        GOSSET_ASSIGN(const uint32_t token, sampler->sampler.sample(session.logits(0)));
        sampler->sampler.accept(token);
        done.new_tokens++;
        if ((done.ended = uint32_t(gosset_is_end(s->model, token)))) break;
        const std::string text = s->model->has_tokenizer ? decoder.next(token) : std::string();
        if (callback && !callback(token, text.data(), text.size(), user)) break;
        if (done.new_tokens == max_new) break;
        GOSSET_TRY(
            session.feed({&token, 1}, session.length(sequence), sequence, Want::last, nullptr));
        done.decode_seconds = now() - fed;
    }
    done.decode_seconds = now() - fed;
    return {};
}

}  // namespace

gosset_status gosset_generate(gosset_session* session, gosset_sampler* sampler, uint32_t sequence,
                              const gosset_token* prompt, size_t n, uint32_t max_new,
                              gosset_token_fn callback, void* user, gosset_generated* result) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(session && sampler && (prompt || n == 0), "session, sampler or prompt"));
        if (sequence >= session->session->shape().sequences)
            return invalid_argument("sequence " + std::to_string(sequence) + " does not exist");
        gosset_generated done{};
        const Status status =
            generate(session, sampler, sequence, {prompt, n}, max_new, callback, user, done);
        if (result) GOSSET_TRY(write_info(done, result));
        return status;
    });
}
