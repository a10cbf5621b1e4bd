/* Computes a long beginning once: resume MODEL STATE BEGINNING REST. The first run feeds BEGINNING
 * and saves what the KV cache holds then to the file STATE; later runs restore it and feed REST
 * alone. */
#include <gosset/gosset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IDS 2048

static int print(gosset_token token, const char* text, size_t size, void* user) {
    (void)token;
    (void)user;
    return fwrite(text, 1, size, stdout) == size;
}

/* Restores sequence 0 from a file; 0 when there is no such file, or it is of another model. */
static int restore(gosset_session* session, const char* path) {
    FILE* file = fopen(path, "rb");
    gosset_status status = GOSSET_NOT_FOUND;
    long size = -1;
    void* bytes = NULL;
    if (!file) return 0;
    if (fseek(file, 0, SEEK_END) == 0) size = ftell(file);
    rewind(file);
    if (size > 0) bytes = malloc((size_t)size);
    if (bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size)
        status = gosset_sequence_restore(session, 0, bytes, (size_t)size);
    if (status != GOSSET_OK) fprintf(stderr, "%s: %s\n", path, gosset_last_error(NULL));
    free(bytes);
    fclose(file);
    return status == GOSSET_OK;
}

static gosset_status save(const gosset_session* session, const char* path) {
    const uint32_t length = gosset_sequence_length(session, 0);
    size_t size = 0;
    gosset_status status = gosset_sequence_save(session, 0, length, NULL, 0, &size); /* how much? */
    void* bytes = status == GOSSET_LIMIT ? malloc(size) : NULL;
    FILE* file = NULL;
    if (!bytes) return status == GOSSET_LIMIT ? GOSSET_OUT_OF_MEMORY : status;
    status = gosset_sequence_save(session, 0, length, bytes, size, &size);
    if (status == GOSSET_OK) file = fopen(path, "wb");
    if (file) {
        const int written = fwrite(bytes, 1, size, file) == size;
        if (fclose(file) != 0 || !written) remove(path);
    }
    free(bytes);
    return status;
}

int main(int argc, char** argv) {
    static gosset_token ids[MAX_IDS];
    gosset_model* model = NULL;
    gosset_session* session = NULL;
    gosset_sampler* sampler = NULL;
    gosset_status status;
    size_t n = 0;

    if (argc != 5) {
        fprintf(stderr, "usage: %s MODEL STATE BEGINNING REST\n", argv[0]);
        return 2;
    }
    status = gosset_model_open(argv[1], NULL, &model);
    if (status == GOSSET_OK) status = gosset_session_create(model, NULL, &session);
    if (status == GOSSET_OK) status = gosset_sampler_create(model, NULL, &sampler);
    if (status == GOSSET_OK && !restore(session, argv[2])) {
        fprintf(stderr, "computing the beginning\n");
        status =
            gosset_tokenize(model, argv[3], strlen(argv[3]), GOSSET_ADD_SPECIAL, ids, MAX_IDS, &n);
        if (status == GOSSET_OK)
            status = gosset_feed(session, ids, n, 0, 0, GOSSET_WANT_NONE, NULL);
        if (status == GOSSET_OK) status = save(session, argv[2]);
    }
    if (status == GOSSET_OK)
        status = gosset_tokenize(model, argv[4], strlen(argv[4]), 0, ids, MAX_IDS, &n);
    if (status == GOSSET_OK)
        status = gosset_generate(session, sampler, 0, ids, n, 32, print, NULL, NULL);
    printf("\n");
    if (status != GOSSET_OK) fprintf(stderr, "%s\n", gosset_last_error(NULL));
    gosset_sampler_free(sampler);
    gosset_session_free(session);
    gosset_model_close(model);
    return status == GOSSET_OK ? 0 : 1;
}
