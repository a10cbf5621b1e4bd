/* Talks: chat MODEL [TOKENS], a question a line. The conversation is rendered anew by the model's
 * own chat template at every turn; what the KV cache holds of it already is not computed again. */
#include <gosset/gosset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TURNS 64
#define MAX_IDS 4096
#define MAX_TEXT 8192

struct chat {
    gosset_message turns[MAX_TURNS]; /* contents are ours: malloc */
    size_t n_turns;
    gosset_token cached[MAX_IDS]; /* what the KV cache holds, position by position */
    size_t n_cached;
    char answer[MAX_TEXT];
    size_t size;
};

static int add(struct chat* chat, const char* role, const char* text) {
    char* copy = malloc(strlen(text) + 1);
    if (!copy || chat->n_turns == MAX_TURNS) {
        free(copy);
        return 0;
    }
    strcpy(copy, text);
    chat->turns[chat->n_turns].role = role;
    chat->turns[chat->n_turns++].content = copy;
    return 1;
}

static int on_token(gosset_token token, const char* text, size_t size, void* user) {
    struct chat* chat = user;
    if (chat->n_cached == MAX_IDS || chat->size + size >= MAX_TEXT) return 0;
    chat->cached[chat->n_cached++] = token;
    memcpy(chat->answer + chat->size, text, size);
    chat->answer[chat->size += size] = 0;
    fwrite(text, 1, size, stdout);
    return fflush(stdout) == 0;
}

static gosset_status answer(struct chat* chat, const gosset_model* model, gosset_session* session,
                            gosset_sampler* sampler, uint32_t most) {
    static gosset_token ids[MAX_IDS];
    size_t n = 0, same = 0;
    gosset_status status =
        gosset_chat_tokenize(model, chat->turns, chat->n_turns, 1, ids, MAX_IDS, &n);
    if (status != GOSSET_OK) return status;
    /* Keep the common beginning, but feed at least one token: it gives the logits. */
    while (same + 1 < n && same < chat->n_cached && ids[same] == chat->cached[same]) same++;
    status = gosset_sequence_trim(session, 0, (uint32_t)same);
    if (status != GOSSET_OK) return status;
    memcpy(chat->cached, ids, n * sizeof *ids);
    chat->n_cached = n;
    chat->answer[chat->size = 0] = 0;
    status = gosset_generate(session, sampler, 0, ids + same, n - same, most, on_token, chat, NULL);
    /* The last token was reported, but need not have been fed. */
    if (chat->n_cached > gosset_sequence_length(session, 0))
        chat->n_cached = gosset_sequence_length(session, 0);
    return status;
}

int main(int argc, char** argv) {
    static struct chat chat;
    static char line[MAX_TEXT];
    gosset_model* model = NULL;
    gosset_session* session = NULL;
    gosset_sampler* sampler = NULL;
    gosset_status status;

    if (argc < 2) {
        fprintf(stderr, "usage: %s MODEL [TOKENS] < QUESTIONS\n", argv[0]);
        return 2;
    }
    const uint32_t most = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 512;
    status = gosset_model_open(argv[1], NULL, &model);
    if (status == GOSSET_OK) status = gosset_session_create(model, NULL, &session);
    if (status == GOSSET_OK) status = gosset_sampler_create(model, NULL, &sampler);
    while (status == GOSSET_OK && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (!add(&chat, "user", line)) break;
        status = answer(&chat, model, session, sampler, most);
        printf("\n");
        if (status == GOSSET_OK && !add(&chat, "assistant", chat.answer)) break;
    }
    if (status != GOSSET_OK) fprintf(stderr, "%s\n", gosset_last_error(NULL));

    while (chat.n_turns > 0) free((char*)chat.turns[--chat.n_turns].content);
    gosset_sampler_free(sampler);
    gosset_session_free(session);
    gosset_model_close(model);
    return status == GOSSET_OK ? 0 : 1;
}
