/* Inside an app that owns its memory and its time: embedded MODEL TEXT MILLISECONDS. The model's
 * bytes and the session's memory are the program's; it hears what the library has to say, and stops
 * it. */
#define _POSIX_C_SOURCE 200112L /* posix_memalign, clock_gettime */
#include <gosset/gosset.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct arena {
    unsigned char* bytes;
    size_t size;
};

static void* take(size_t size, size_t alignment, void* user) {
    struct arena* arena = user;
    void* memory = NULL;
    if (posix_memalign(&memory, alignment, size) != 0) return NULL; /* or a block kept for this */
    arena->bytes = memory;
    arena->size = size;
    return memory;
}
static void give_back(void* memory, size_t size, void* user) {
    (void)user;
    (void)size;
    free(memory);
}

static void on_log(gosset_log_level level, const char* message, void* user) {
    (void)level;
    (void)user;
    fprintf(stderr, "gosset: %s\n", message);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
static int too_late(void* deadline) { /* asked between layers, by any of the session's threads */
    return now() > *(const double*)deadline;
}

static int print(gosset_token token, const char* text, size_t size, void* user) {
    (void)token;
    (void)user;
    return fwrite(text, 1, size, stdout) == size;
}

/* The file's bytes, aligned to 64 as gosset_model_open_memory wants them. */
static void* read_file(const char* path, size_t* size) {
    FILE* file = fopen(path, "rb");
    void* bytes = NULL;
    long length = -1;
    if (!file) return NULL;
    if (fseek(file, 0, SEEK_END) == 0) length = ftell(file);
    rewind(file);
    if (length > 0 && posix_memalign(&bytes, 64, (size_t)length) == 0) {
        *size = fread(bytes, 1, (size_t)length, file);
    }
    fclose(file);
    return bytes;
}

int main(int argc, char** argv) {
    static gosset_token ids[1024];
    struct arena arena = {NULL, 0};
    const gosset_allocator allocator = {take, give_back, &arena};
    gosset_model_options mo;
    gosset_session_options so;
    gosset_model* model = NULL;
    gosset_session* session = NULL;
    gosset_sampler* sampler = NULL;
    size_t size = 0, n = 0;
    uint64_t needed = 0;

    if (argc != 4) return fprintf(stderr, "usage: %s MODEL TEXT MILLISECONDS\n", argv[0]), 2;
    double deadline = now() + strtod(argv[3], NULL);
    void* bytes = read_file(argv[1], &size);
    if (!bytes) return fprintf(stderr, "cannot read %s\n", argv[1]), 1;
    gosset_model_options_default(&mo);
    mo.log = on_log;
    gosset_session_options_default(&so);
    so.context = 256, so.batch = 32, so.threads = 1;
    so.allocator = &allocator;
    so.abort = too_late, so.abort_user = &deadline;

    gosset_status status = gosset_model_open_memory(bytes, size, &mo, &model);
    if (status == GOSSET_OK) status = gosset_session_memory(model, &so, &needed);
    if (status == GOSSET_OK) status = gosset_session_create(model, &so, &session);
    if (status == GOSSET_OK) status = gosset_sampler_create(model, NULL, &sampler);
    if (status == GOSSET_OK)
        fprintf(stderr, "%lu bytes announced, %lu taken\n", (unsigned long)needed,
                (unsigned long)arena.size);
    if (status == GOSSET_OK)
        status =
            gosset_tokenize(model, argv[2], strlen(argv[2]), GOSSET_ADD_SPECIAL, ids, 1024, &n);
    if (status == GOSSET_OK)
        status = gosset_generate(session, sampler, 0, ids, n, 64, print, NULL, NULL);
    printf("\n");
    if (status != GOSSET_OK) fprintf(stderr, "%s\n", gosset_last_error(NULL));
    gosset_sampler_free(sampler);
    gosset_session_free(session);
    gosset_model_close(model);
    free(bytes); /* after the model */
    return status == GOSSET_OK || status == GOSSET_ABORTED ? 0 : 1;
}
