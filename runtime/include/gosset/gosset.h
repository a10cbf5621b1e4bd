/* Gosset: large language models on CPUs from lattice codes. The C API, C89 with <stdint.h>.
 *
 *     model    a file, mapped and checked: weights, tokenizer, chat template; shared by threads
 *     session  a KV cache of one or more sequences, and threads: feed tokens, read logits
 *     sampler  chooses a token from logits       stream  turns tokens into whole characters
 *
 *     gosset_model_open("m.gosset", NULL, &model);
 *     gosset_session_create(model, NULL, &session);   gosset_sampler_create(model, NULL, &sampler);
 *     gosset_tokenize(model, text, size, GOSSET_ADD_SPECIAL, ids, 512, &n);
 *     gosset_generate(session, sampler, 0, ids, n, 128, on_token, user, NULL);
 *
 * What holds everywhere (programs to start from: the folder examples/):
 * - A function that can fail returns a gosset_status, and leaves its out-parameters untouched when
 *   it does; gosset_last_error says why. "Errors:" lists what to expect besides what any may give:
 *   INVALID_ARGUMENT (NULL, no such sequence, ...), OUT_OF_MEMORY and INTERNAL. No function throws,
 *   aborts, exits or prints.
 * - "Threads: any" may be called by several threads at once; "own" by one at a time for each handle
 *   that it takes, but for the model. A model must outlive what was made from it.
 * - "Owner:" names the function that takes a handle back (NULL is allowed there), or how long a
 *   pointer of the library's is valid. Arguments stay the caller's and none is kept, but for
 *   callbacks and their `user`.
 * - Options are filled by their *_default function (NULL instead of options: the defaults) and
 *   begin with struct_size, as results do: programs built against an older header keep working.
 * - Arrays of unknown size: *n_out is the size needed; when it exceeds `capacity` nothing else is
 *   written and the status is LIMIT, so capacity 0 asks for the size.
 */
#ifndef GOSSET_GOSSET_H
#define GOSSET_GOSSET_H

#include <stddef.h>
#include <stdint.h>

#define GOSSET_VERSION_MAJOR 0
#define GOSSET_VERSION_MINOR 1
#define GOSSET_VERSION_PATCH 0
#define GOSSET_ABI_VERSION 1

#if defined(_WIN32)
#define GOSSET_API
#elif defined(__GNUC__)
#define GOSSET_API __attribute__((visibility("default")))
#else
#define GOSSET_API
#endif

/* Any number may come in, from C or a newer header: in C++ too every one is a value of the type. */
#ifdef __cplusplus
#define GOSSET_ENUM : unsigned int
extern "C" {
#else
#define GOSSET_ENUM
#endif

/* Numbers are frozen; new ones may appear in the gaps. */
typedef enum gosset_status GOSSET_ENUM {
    GOSSET_OK = 0,
    GOSSET_INVALID_ARGUMENT = 10, /* the caller asked for something that makes no sense */
    GOSSET_NOT_FOUND = 20,        /* no such file, codec or name */
    GOSSET_IO = 30,               /* the operating system refused */
    GOSSET_CORRUPT = 40,          /* the file contradicts itself */
    GOSSET_UNSUPPORTED = 50,      /* well-formed, but this build cannot run it */
    GOSSET_OUT_OF_MEMORY = 60,
    GOSSET_LIMIT = 70,   /* a stated capacity is exhausted: context full, batch too large */
    GOSSET_ABORTED = 80, /* a callback said stop */
    GOSSET_INTERNAL = 90
} gosset_status;

typedef struct gosset_model gosset_model;
typedef struct gosset_session gosset_session;
typedef struct gosset_sampler gosset_sampler;
typedef struct gosset_stream gosset_stream;
typedef uint32_t gosset_token;

#define GOSSET_NO_TOKEN UINT32_MAX

/* ---- library ------------------------------------------------------------------------------ */

/* "0.1.0"; GOSSET_ABI_VERSION of the library; a status in words. Threads: any. Owner: static, never
 * NULL. Errors: none. */
GOSSET_API const char *gosset_version(void);
GOSSET_API uint32_t gosset_abi_version(void);
GOSSET_API const char *gosset_status_string(gosset_status status);
/* Why the last call on this thread failed: a whole sentence; "" when it did not. `handle` is any
 * gosset handle or NULL and is kept for symmetry. Threads: any. Owner: the library's, valid until
 * this thread's next gosset call. Errors: none. */
GOSSET_API const char *gosset_last_error(const void *handle);

typedef enum gosset_log_level GOSSET_ENUM {
    GOSSET_LOG_DEBUG = 0,
    GOSSET_LOG_INFO = 1,
    GOSSET_LOG_WARNING = 2
} gosset_log_level;
/* Callbacks run on the thread that made the call, unless said otherwise; they may not call
 * functions on the handle at work, nor throw. `message` is valid during the call. */
typedef void (*gosset_log_fn)(gosset_log_level level, const char *message, void *user);
/* done of total, in bytes or tokens; return 0 to abort (the call then gives GOSSET_ABORTED). */
typedef int (*gosset_progress_fn)(uint64_t done, uint64_t total, void *user);
/* Polled between layers, from worker threads too; return non-zero to abort. */
typedef int (*gosset_abort_fn)(void *user);

/* Caller's memory: alloc returns memory aligned to `alignment` or NULL, of any content; free gets
 * the same size. Copied at creation; `user` must outlive the session. */
typedef struct gosset_allocator {
    void *(*alloc)(size_t size, size_t alignment, void *user);
    void (*free)(void *memory, size_t size, void *user);
    void *user;
} gosset_allocator;

/* ---- CPU ---------------------------------------------------------------------------------- */

typedef struct gosset_cpu_info {
    uint32_t struct_size;
    uint32_t logical_cores;  /* that this process may run on */
    const char *name;        /* "Intel(R) Xeon(R) Processor"; static */
    const char *features;    /* "avx2 fma f16c avx512f ..."; static */
    const char *isa;         /* tier in use: GOSSET_ISA or the best; NULL when GOSSET_ISA is bad */
    const char *isas;        /* tiers this CPU can run, plain to best, space-separated; static */
    uint64_t reserved[4];
} gosset_cpu_info;
/* Set struct_size first. Threads: any. Owner: strings are static. Errors: INVALID_ARGUMENT or
 * UNSUPPORTED when GOSSET_ISA names no tier of this CPU (the rest is filled). */
GOSSET_API gosset_status gosset_cpu(gosset_cpu_info *info);

/* ---- model -------------------------------------------------------------------------------- */

typedef struct gosset_model_options {
    uint32_t struct_size;
    uint32_t huge_pages;      /* copy weights into 2 MiB pages instead of mapping the file */
    uint32_t exact;           /* the same bits on every machine, always. 0: a processor with AMX
                                 may compute 32 and more tokens of a prompt at a time in bfloat16:
                                 about 1.7 times as fast, as accurate, and not the same bits */
    uint32_t reserved0;
    const char *isa;          /* NULL: GOSSET_ISA, else the best */
    gosset_log_fn log;        /* may be NULL */
    void *log_user;
    gosset_progress_fn progress; /* may be NULL; of the copy into huge pages, else called once */
    void *progress_user;
    const char *chat_template; /* Jinja text instead of the file's, copied; NULL: the file's */
    uint64_t reserved[7];
} gosset_model_options;
/* Threads: any. Errors: none. */
GOSSET_API void gosset_model_options_default(gosset_model_options *options);

/* Opens and checks a file; weights are mapped, not copied. Threads: any. Owner: gosset_model_close.
 * Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED (version, architecture, codec, option: named),
 * ABORTED by progress. Nobody may shrink the file while it is open. */
GOSSET_API gosset_status gosset_model_open(const char *path, const gosset_model_options *options,
                                           gosset_model **out);
/* The same of a part of an open file (an asset in an archive). The descriptor stays the caller's
 * and may be closed afterwards. At an offset that is no multiple of 64 the part is copied.
 * Threads: any. Owner: gosset_model_close. Errors: as gosset_model_open. */
GOSSET_API gosset_status gosset_model_open_fd(int fd, uint64_t offset, uint64_t length,
                                              const gosset_model_options *options,
                                              gosset_model **out);
/* The same of bytes of the caller: 64-byte aligned, not copied, unchanged until gosset_model_close.
 * Threads: any. Owner: gosset_model_close. Errors: as gosset_model_open. */
GOSSET_API gosset_status gosset_model_open_memory(const void *bytes, size_t size,
                                                  const gosset_model_options *options,
                                                  gosset_model **out);
/* After all that was made from the model is freed. Threads: own. Errors: none. */
GOSSET_API void gosset_model_close(gosset_model *model);

typedef struct gosset_model_info {
    uint32_t struct_size;
    uint32_t format_version;
    const char *architecture, *isa; /* live as long as the model */
    uint32_t vocab, dim, layers, heads, kv_heads, head_dim, ffn_dim, max_context;
    uint32_t has_tokenizer, has_chat_template;
    gosset_token bos;           /* GOSSET_NO_TOKEN: none */
    uint32_t add_bos;
    uint64_t weights;           /* number of weights */
    uint64_t weight_bytes;      /* bytes of all weight segments */
    uint64_t bytes_per_token;   /* weight bytes read to decode one token (no KV cache) */
    uint64_t file_bytes;
    uint64_t identity;          /* equal for equal files: a hash of all but the weights, and of
                                   theirs. Saved sequences hold it */
    uint64_t reserved[7];
} gosset_model_info;
/* Set struct_size first. Threads: any, as all that takes a const gosset_model. Owner: strings are
 * the model's. Errors: none else. */
GOSSET_API gosset_status gosset_model_get_info(const gosset_model *model, gosset_model_info *info);
/* Whether the token ends generation: 1 or 0. Threads: any. Errors: none. */
GOSSET_API int gosset_is_end(const gosset_model *model, gosset_token token);

/* ---- text --------------------------------------------------------------------------------- */

#define GOSSET_ADD_SPECIAL 1u   /* BOS / EOS by the model's policy */
#define GOSSET_PARSE_SPECIAL 2u /* control tokens spelled in the text become their ids */

/* UTF-8 text to ids. Threads: any. Errors: LIMIT (capacity), UNSUPPORTED (no tokenizer). */
GOSSET_API gosset_status gosset_tokenize(const gosset_model *model, const char *text, size_t size,
                                         uint32_t flags, gosset_token *ids, size_t capacity,
                                         size_t *n_out);
/* Ids to UTF-8 (not terminated). Control tokens and unknown ids print nothing. Threads: any.
 * Errors: as gosset_tokenize. */
GOSSET_API gosset_status gosset_detokenize(const gosset_model *model, const gosset_token *ids,
                                           size_t n, char *text, size_t capacity, size_t *n_out);
/* Token by token; never half a character. Threads: any. Owner: gosset_stream_free. Errors:
 * UNSUPPORTED (no tokenizer). */
GOSSET_API gosset_status gosset_stream_create(const gosset_model *model, gosset_stream **out);
/* The characters that a token completed; the rest, at the end. Threads: own. Owner: *text is the
 * stream's, until the next call on it. Errors: none else. */
GOSSET_API gosset_status gosset_stream_next(gosset_stream *stream, gosset_token token,
                                            const char **text, size_t *size);
GOSSET_API gosset_status gosset_stream_finish(gosset_stream *stream, const char **text,
                                              size_t *size);
/* Threads: own. Errors: none. */
GOSSET_API void gosset_stream_free(gosset_stream *stream);

typedef struct gosset_message {
    const char *role;    /* "system", "user", "assistant": from the program, not from its users */
    const char *content; /* UTF-8; never parsed for special tokens */
} gosset_message;
/* Renders a conversation by the model's chat template into ids, ready to feed (the template writes
 * the BOS, where the model wants one). add_generation_prompt: end with the opening of the
 * assistant's turn. Threads: any. Errors: LIMIT (capacity); UNSUPPORTED (no template, one that this
 * build cannot run, or GOSSET_CHAT_TEMPLATES=OFF); INVALID_ARGUMENT when the template refuses the
 * conversation, in its own words. */
GOSSET_API gosset_status gosset_chat_tokenize(const gosset_model *model,
                                              const gosset_message *messages, size_t n_messages,
                                              int add_generation_prompt, gosset_token *ids,
                                              size_t capacity, size_t *n_out);

/* ---- session ------------------------------------------------------------------------------ */

typedef enum gosset_kv_type GOSSET_ENUM { GOSSET_KV_F16 = 0, GOSSET_KV_F32 = 1 } gosset_kv_type;

typedef struct gosset_session_options {
    uint32_t struct_size;
    uint32_t context;    /* positions per sequence; 0: min(model, 4096). More than the model's
                            max_context is allowed: quality falls there */
    uint32_t sequences;  /* KV sequences; at least 1 */
    uint32_t batch;      /* most tokens computed at once; longer feeds are cut; 0: 128, or 256
                            where prompts are computed in bfloat16 (model_options.exact) */
    uint32_t threads;    /* 0: as many as decode this model fastest here: measured once a model, in
                            at most half a second, and told to the model's log */
    uint32_t kv_type;    /* gosset_kv_type */
    gosset_abort_fn abort; /* may be NULL; also called from worker threads */
    void *abort_user;
    const gosset_allocator *allocator; /* NULL: the C library's */
    uint64_t reserved[8];
} gosset_session_options;
/* Threads: any. Errors: none. */
GOSSET_API void gosset_session_options_default(gosset_session_options *options);

/* Bytes that gosset_session_create will ask the allocator for: exactly, in one piece, aligned to
 * 64. Beside it a session takes a few KiB of handles and the stacks of its threads; feeding takes
 * nothing. Threads: any. Errors: OUT_OF_MEMORY (beyond the address space). */
GOSSET_API gosset_status gosset_session_memory(const gosset_model *model,
                                               const gosset_session_options *options,
                                               uint64_t *bytes);
/* Starts threads - 1 workers; the calling thread of each feed is the first. Threads: any. Owner:
 * gosset_session_free. Errors: OUT_OF_MEMORY (memory or threads). */
GOSSET_API gosset_status gosset_session_create(const gosset_model *model,
                                               const gosset_session_options *options,
                                               gosset_session **out);
/* Ends its threads, gives its memory back. Threads: own. Errors: none. */
GOSSET_API void gosset_session_free(gosset_session *session);
/* What was chosen for an option of 0. Threads: any. Errors: none; 0 for NULL. */
GOSSET_API uint32_t gosset_session_context(const gosset_session *session);
GOSSET_API uint32_t gosset_session_threads(const gosset_session *session);

typedef enum gosset_want GOSSET_ENUM {
    GOSSET_WANT_NONE = 0,
    GOSSET_WANT_LAST = 1,
    GOSSET_WANT_ALL = 2
} gosset_want;

/* Computes n >= 1 tokens at positions position .. position + n - 1 of a sequence, whose earlier
 * positions must be there (position <= gosset_sequence_length; what lay beyond is dropped).
 * want: which tokens get logits; want_mask, if not NULL, holds n bytes (non-zero = logits) and
 * overrides it. At most max(1, batch) tokens of a feed may get logits. Threads: own. Errors: LIMIT
 * (context, logits), and the cache is as before; ABORTED, and the batches before it stay. */
GOSSET_API gosset_status gosset_feed(gosset_session *session, const gosset_token *tokens, size_t n,
                                     uint32_t position, uint32_t sequence, gosset_want want,
                                     const uint8_t *want_mask);
/* Logits of the last feed: rows [0, gosset_logits_count), each of `vocab` floats, in token order.
 * Threads: own. Owner: the session's, valid until its next feed. Errors: none else. */
GOSSET_API size_t gosset_logits_count(const gosset_session *session);
GOSSET_API gosset_status gosset_logits(const gosset_session *session, size_t row,
                                       const float **logits);

/* Positions that a sequence holds. Threads: own. Errors: none; 0 for no such sequence. */
GOSSET_API uint32_t gosset_sequence_length(const gosset_session *session, uint32_t sequence);
/* Keeps positions [0, length) of a sequence. Threads: own. Errors: none else. */
GOSSET_API gosset_status gosset_sequence_trim(gosset_session *session, uint32_t sequence,
                                              uint32_t length);
/* Positions [0, length) of `from` replace all of `to`. Threads: own. Errors: none else. */
GOSSET_API gosset_status gosset_sequence_copy(gosset_session *session, uint32_t from, uint32_t to,
                                              uint32_t length);
/* Positions [0, length) of a sequence as bytes: what feeding them computed, to be had again without
 * computing. They depend on the model and kv_type, not on the machine; the tokens are the caller's
 * to remember. Threads: own. Errors: LIMIT (capacity). */
GOSSET_API gosset_status gosset_sequence_save(const gosset_session *session, uint32_t sequence,
                                              uint32_t length, void *bytes, size_t capacity,
                                              size_t *n_out);
/* Saved bytes replace all of a sequence, of any session of the same model and kv_type. Bytes may be
 * hostile: on failure nothing changes. Threads: own. Errors: CORRUPT (cut, changed), UNSUPPORTED
 * (of another version), INVALID_ARGUMENT (of another model or kv_type), LIMIT (context). */
GOSSET_API gosset_status gosset_sequence_restore(gosset_session *session, uint32_t sequence,
                                                 const void *bytes, size_t size);

/* ---- sampler ------------------------------------------------------------------------------ */

/* Changes a copy of the logits before sampling (vocab floats). */
typedef void (*gosset_logit_bias_fn)(float *logits, size_t vocab, void *user);

typedef struct gosset_sampler_options {
    uint32_t struct_size;
    uint32_t greedy;         /* take the largest logit (lowest id on a tie); of the rest only
                                logit_bias counts */
    uint64_t seed;
    float temperature;       /* 0.8; 0 is greedy */
    float top_p;             /* 0.95; 1: off */
    float min_p;             /* 0.05; 0: off */
    float repeat_penalty;    /* 1.0: off */
    uint32_t top_k;          /* 40; 0: off */
    uint32_t repeat_last_n;  /* 64 */
    gosset_logit_bias_fn logit_bias; /* may be NULL */
    void *logit_bias_user;
    uint64_t reserved[8];
} gosset_sampler_options;
/* Threads: any. Errors: none. */
GOSSET_API void gosset_sampler_options_default(gosset_sampler_options *options);
/* Threads: any. Owner: gosset_sampler_free. Errors: none else (options out of range are named). */
GOSSET_API gosset_status gosset_sampler_create(const gosset_model *model,
                                               const gosset_sampler_options *options,
                                               gosset_sampler **out);
/* Samples from `vocab` logits (unchanged). Same seed and logits: same token on every machine.
 * Threads: own. Errors: INVALID_ARGUMENT (every token excluded), INTERNAL (one is no number). */
GOSSET_API gosset_status gosset_sampler_sample(gosset_sampler *sampler, const float *logits,
                                               gosset_token *token);
/* Tells the repetition penalty about a token (sampled or of the prompt); starts anew, as created;
 * frees. Threads: own. Errors: none. */
GOSSET_API void gosset_sampler_accept(gosset_sampler *sampler, gosset_token token);
GOSSET_API void gosset_sampler_reset(gosset_sampler *sampler);
GOSSET_API void gosset_sampler_free(gosset_sampler *sampler);

/* ---- generation --------------------------------------------------------------------------- */

/* One token and the characters that it completed (maybe none; not terminated, valid during the
 * call). Return 0 to stop. */
typedef int (*gosset_token_fn)(gosset_token token, const char *text, size_t size, void *user);

typedef struct gosset_generated {
    uint32_t struct_size;
    uint32_t prompt_tokens, new_tokens;
    uint32_t ended; /* 1: an end token came (it is counted, not reported to the callback) */
    double prompt_seconds, decode_seconds;
    uint64_t reserved[4];
} gosset_generated;

/* Feeds the prompt (n >= 1) after what `sequence` already holds, then samples up to max_new tokens
 * and feeds all but the last. Stops at an end token or when the callback says so. callback may be
 * NULL; result too, and if not is filled on failure as well. Without a tokenizer texts are empty.
 * Threads: own, session and sampler. Errors: LIMIT (context full: what was generated stays),
 * ABORTED. */
GOSSET_API gosset_status gosset_generate(gosset_session *session, gosset_sampler *sampler,
                                         uint32_t sequence, const gosset_token *prompt, size_t n,
                                         uint32_t max_new, gosset_token_fn callback, void *user,
                                         gosset_generated *result);

#ifdef __cplusplus
}
#endif
#endif
