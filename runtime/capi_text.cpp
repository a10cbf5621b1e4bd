// Text: gosset_tokenize, gosset_detokenize, streams and chat.
#include "runtime/capi.hpp"
#include "runtime/session/chat_template.hpp"

using namespace gosset;
using namespace gosset::capi;

namespace {

// The library's convention for arrays: the size always, the elements when they fit.
template <class T, class Container>
Status give(const Container& from, T* to, size_t capacity, size_t* n_out) {
    GOSSET_TRY(need(n_out && (to || capacity == 0), "an out-parameter"));
    *n_out = from.size();
    if (from.size() > capacity)
        return limit_reached("room for " + std::to_string(capacity) + " where " +
                             std::to_string(from.size()) + " are needed");
    std::copy(from.begin(), from.end(), to);
    return {};
}

Status need_tokenizer(const gosset_model* model) {
    GOSSET_TRY(need(model, "model"));
    return model->has_tokenizer
               ? Status()
               : unsupported("this model holds no tokenizer: it takes token ids only");
}

}  // namespace

gosset_status gosset_tokenize(const gosset_model* model, const char* text, size_t size,
                              uint32_t flags, gosset_token* ids, size_t capacity, size_t* n_out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need_tokenizer(model));
        GOSSET_TRY(need(text || size == 0, "text"));
        EncodeOptions options;
        options.add_special = flags & GOSSET_ADD_SPECIAL;
        options.parse_special = flags & GOSSET_PARSE_SPECIAL;
        GOSSET_ASSIGN(const auto result, model->tokenizer.encode({text, size}, options));
        return give(result, ids, capacity, n_out);
    });
}

gosset_status gosset_detokenize(const gosset_model* model, const gosset_token* ids, size_t n,
                                char* text, size_t capacity, size_t* n_out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need_tokenizer(model));
        GOSSET_TRY(need(ids || n == 0, "ids"));
        return give(model->tokenizer.decode(ids, n), text, capacity, n_out);
    });
}

gosset_status gosset_stream_create(const gosset_model* model, gosset_stream** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need_tokenizer(model));
        GOSSET_TRY(need(out, "out"));
        *out = new gosset_stream(&model->tokenizer);
        return {};
    });
}

gosset_status gosset_stream_next(gosset_stream* stream, gosset_token token, const char** text,
                                 size_t* size) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(stream && text && size, "stream, text or size"));
        stream->text = stream->decoder.next(token);
        *text = stream->text.c_str(), *size = stream->text.size();
        return {};
    });
}

gosset_status gosset_stream_finish(gosset_stream* stream, const char** text, size_t* size) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(stream && text && size, "stream, text or size"));
        stream->text = stream->decoder.finish();
        *text = stream->text.c_str(), *size = stream->text.size();
        return {};
    });
}

void gosset_stream_free(gosset_stream* stream) {
    delete stream;
}

gosset_status gosset_chat_tokenize(const gosset_model* model, const gosset_message* messages,
                                   size_t n_messages, int add_generation_prompt, gosset_token* ids,
                                   size_t capacity, size_t* n_out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need_tokenizer(model));
        GOSSET_TRY(need(messages || n_messages == 0, "messages"));
        std::vector<ChatMessage> list;
        for (size_t i = 0; i < n_messages; i++) {
            GOSSET_TRY(
                need(messages[i].role && messages[i].content, "a message's role or content"));
            list.push_back({messages[i].role, messages[i].content});
        }
        ChatOptions options;
        options.open_answer = add_generation_prompt != 0;
        options.chat_template = model->chat_template;
        GOSSET_ASSIGN(const auto result, render_chat(model->tokenizer, list, options));
        return give(result.ids, ids, capacity, n_out);
    });
}
