/* How likely a text is: score MODEL TEXT prints -log2 p of each token after those before it, and
 * the perplexity. Shows logits of many tokens at once. */
#include <gosset/gosset.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_IDS 2048
#define BATCH 64

/* -log of the probability that the logits give to a token. */
static double surprise(const float* logits, uint32_t vocab, gosset_token token) {
    double most = logits[0], sum = 0;
    for (uint32_t i = 1; i < vocab; i++) most = logits[i] > most ? logits[i] : most;
    for (uint32_t i = 0; i < vocab; i++) sum += exp(logits[i] - most);
    return log(sum) + most - logits[token];
}

static gosset_status score(const gosset_model* model, const char* text, gosset_session** session) {
    static gosset_token ids[MAX_IDS];
    gosset_model_info info;
    gosset_session_options options;
    size_t n = 0;
    double total = 0;

    info.struct_size = sizeof info;
    gosset_status status = gosset_model_get_info(model, &info);
    if (status == GOSSET_OK)
        status = gosset_tokenize(model, text, strlen(text), GOSSET_ADD_SPECIAL, ids, MAX_IDS, &n);
    if (status != GOSSET_OK) return status;
    gosset_session_options_default(&options);
    options.context = n ? (uint32_t)n : 1;
    options.batch = BATCH; /* logits of so many tokens are kept */
    status = gosset_session_create(model, &options, session);

    for (size_t done = 0; done < n && status == GOSSET_OK; done += BATCH) {
        const size_t count = n - done < BATCH ? n - done : BATCH;
        status = gosset_feed(*session, ids + done, count, (uint32_t)done, 0, GOSSET_WANT_ALL, NULL);
        for (size_t i = 0; i < count && done + i + 1 < n && status == GOSSET_OK; i++) {
            const float* logits = NULL;
            const gosset_token next = ids[done + i + 1];
            status = gosset_logits(*session, i, &logits);
            if (status != GOSSET_OK) break;
            const double nats = surprise(logits, info.vocab, next);
            printf("%6u %8.3f bits\n", (unsigned)next, nats / log(2));
            total += nats;
        }
    }
    if (status == GOSSET_OK && n > 1) printf("perplexity %.3f\n", exp(total / (double)(n - 1)));
    return status;
}

int main(int argc, char** argv) {
    gosset_model* model = NULL;
    gosset_session* session = NULL;
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL TEXT\n", argv[0]);
        return 2;
    }
    gosset_status status = gosset_model_open(argv[1], NULL, &model);
    if (status == GOSSET_OK) status = score(model, argv[2], &session);
    if (status != GOSSET_OK) fprintf(stderr, "%s\n", gosset_last_error(NULL));
    gosset_session_free(session);
    gosset_model_close(model);
    return status == GOSSET_OK ? 0 : 1;
}
