/* Continues three token ids by eight, greedily: main MODEL. What a program in C needs of Gosset. */
#include <gosset/gosset.h>
#include <stdio.h>

static int report(const char *what) {
    fprintf(stderr, "%s: %s\n", what, gosset_last_error(NULL));
    return 1;
}

static int print(gosset_token token, const char *text, size_t size, void *user) {
    const char **between = user;
    (void)text; /* what fwrite(text, 1, size, stdout) would show, of a model with a tokenizer */
    (void)size;
    printf("%s%u", *between, (unsigned)token);
    *between = " ";
    return 1; /* go on */
}

int main(int argc, char **argv) {
    const gosset_token prompt[] = {1, 2, 3};
    const char *between = "";
    gosset_model *model = NULL;
    gosset_session *session = NULL;
    gosset_sampler *sampler = NULL;
    gosset_sampler_options options;
    int failed = 0;

    if (argc != 2) return fprintf(stderr, "usage: %s MODEL\n", argv[0]), 2;
    if (gosset_abi_version() != GOSSET_ABI_VERSION) return report("another library's header");
    gosset_sampler_options_default(&options);
    options.greedy = 1;
    if (gosset_model_open(argv[1], NULL, &model) != GOSSET_OK) return report(argv[1]);
    if (gosset_session_create(model, NULL, &session) != GOSSET_OK ||
        gosset_sampler_create(model, &options, &sampler) != GOSSET_OK ||
        gosset_generate(session, sampler, 0, prompt, 3, 8, print, &between, NULL) != GOSSET_OK)
        failed = report("generating");
    else
        printf("\n");
    gosset_sampler_free(sampler);
    gosset_session_free(session);
    gosset_model_close(model);
    return failed;
}
