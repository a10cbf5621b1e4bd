/* Continues a text: generate MODEL TEXT [TOKENS [SEED]]. The whole way from a file to characters.
 */
#include <gosset/gosset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROMPT 2048

/* Called for each token with the characters that it completed; 0 would stop. */
static int print(gosset_token token, const char* text, size_t size, void* user) {
    (void)token;
    (void)user;
    return fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0;
}

int main(int argc, char** argv) {
    gosset_model* model = NULL;
    gosset_session* session = NULL;
    gosset_sampler* sampler = NULL;
    gosset_sampler_options options;
    gosset_token ids[MAX_PROMPT];
    size_t n = 0;
    gosset_status status;

    if (argc < 3) {
        fprintf(stderr, "usage: %s MODEL TEXT [TOKENS [SEED]]\n", argv[0]);
        return 2;
    }
    const uint32_t tokens = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 128;
    gosset_sampler_options_default(&options);
    options.seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;

    /* What succeeds is passed on, the first failure is told: gosset_last_error has a sentence. */
    status = gosset_model_open(argv[1], NULL, &model);
    if (status == GOSSET_OK) status = gosset_session_create(model, NULL, &session);
    if (status == GOSSET_OK) status = gosset_sampler_create(model, &options, &sampler);
    if (status == GOSSET_OK)
        status = gosset_tokenize(model, argv[2], strlen(argv[2]), GOSSET_ADD_SPECIAL, ids,
                                 MAX_PROMPT, &n);
    if (status == GOSSET_OK)
        status = gosset_generate(session, sampler, 0, ids, n, tokens, print, NULL, NULL);
    printf("\n");
    if (status != GOSSET_OK) fprintf(stderr, "%s\n", gosset_last_error(NULL));

    gosset_sampler_free(sampler); /* NULL is allowed */
    gosset_session_free(session);
    gosset_model_close(model);
    return status == GOSSET_OK ? 0 : 1;
}
