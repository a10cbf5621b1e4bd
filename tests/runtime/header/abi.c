/* The ABI as programs were compiled against it: the size of each public struct and the place of
 * each field on 64-bit systems, and every number. A line here never changes; a new field takes the
 * place of `reserved`. Compiled as C89, so that gosset.h is: -std=c89 -pedantic-errors, with
 * <stdint.h>, which C89 lacks and every compiler has (a 64-bit number that is a long long is an
 * extension). */
#include <gosset/gosset.h>

#include <limits.h>

/* An array of -1 elements is what a false condition makes. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TRUE(condition) typedef char JOIN(abi_line_, __LINE__)[(condition) ? 1 : -1]
#define IS(name, value) (name == (value))
#define FITS(type, bytes) (sizeof(type) == (bytes))
#define AT(field, place) (offsetof(T, field) == (place))

TRUE(CHAR_BIT == 8);
TRUE(FITS(gosset_token, 4) && GOSSET_NO_TOKEN == 0xffffffffu);
TRUE(FITS(gosset_status, 4) && FITS(gosset_kv_type, 4) && FITS(gosset_want, 4) &&
     FITS(gosset_log_level, 4));
TRUE(IS(GOSSET_OK, 0) && IS(GOSSET_INVALID_ARGUMENT, 10) && IS(GOSSET_NOT_FOUND, 20) &&
     IS(GOSSET_IO, 30) && IS(GOSSET_CORRUPT, 40) && IS(GOSSET_UNSUPPORTED, 50) &&
     IS(GOSSET_OUT_OF_MEMORY, 60) && IS(GOSSET_LIMIT, 70) && IS(GOSSET_ABORTED, 80) &&
     IS(GOSSET_INTERNAL, 90));
TRUE(IS(GOSSET_LOG_DEBUG, 0) && IS(GOSSET_LOG_INFO, 1) && IS(GOSSET_LOG_WARNING, 2));
TRUE(IS(GOSSET_KV_F16, 0) && IS(GOSSET_KV_F32, 1));
TRUE(IS(GOSSET_WANT_NONE, 0) && IS(GOSSET_WANT_LAST, 1) && IS(GOSSET_WANT_ALL, 2));
TRUE(IS(GOSSET_ADD_SPECIAL, 1u) && IS(GOSSET_PARSE_SPECIAL, 2u));
TRUE(IS(GOSSET_ABI_VERSION, 1));

#if UINTPTR_MAX > 4294967295u

#define T gosset_allocator
TRUE(FITS(T, 24) && AT(alloc, 0) && AT(free, 8) && AT(user, 16));
#undef T

#define T gosset_cpu_info
TRUE(FITS(T, 72) && AT(struct_size, 0) && AT(logical_cores, 4) && AT(name, 8) && AT(features, 16) &&
     AT(isa, 24) && AT(isas, 32) && AT(reserved, 40));
#undef T

#define T gosset_model_options
TRUE(FITS(T, 120) && AT(struct_size, 0) && AT(huge_pages, 4) && AT(exact, 8) && AT(reserved0, 12) &&
     AT(isa, 16) && AT(log, 24) && AT(log_user, 32) && AT(progress, 40) && AT(progress_user, 48) &&
     AT(chat_template, 56) && AT(reserved, 64));
#undef T

#define T gosset_model_info
TRUE(FITS(T, 168) && AT(struct_size, 0) && AT(format_version, 4) && AT(architecture, 8) &&
     AT(isa, 16) && AT(vocab, 24) && AT(dim, 28) && AT(layers, 32) && AT(heads, 36) &&
     AT(kv_heads, 40) && AT(head_dim, 44) && AT(ffn_dim, 48) && AT(max_context, 52) &&
     AT(has_tokenizer, 56) && AT(has_chat_template, 60) && AT(bos, 64) && AT(add_bos, 68) &&
     AT(weights, 72) && AT(weight_bytes, 80) && AT(bytes_per_token, 88) && AT(file_bytes, 96) &&
     AT(identity, 104) && AT(reserved, 112));
#undef T

#define T gosset_message
TRUE(FITS(T, 16) && AT(role, 0) && AT(content, 8));
#undef T

#define T gosset_session_options
TRUE(FITS(T, 112) && AT(struct_size, 0) && AT(context, 4) && AT(sequences, 8) && AT(batch, 12) &&
     AT(threads, 16) && AT(kv_type, 20) && AT(abort, 24) && AT(abort_user, 32) &&
     AT(allocator, 40) && AT(reserved, 48));
#undef T

#define T gosset_sampler_options
TRUE(FITS(T, 120) && AT(struct_size, 0) && AT(greedy, 4) && AT(seed, 8) && AT(temperature, 16) &&
     AT(top_p, 20) && AT(min_p, 24) && AT(repeat_penalty, 28) && AT(top_k, 32) &&
     AT(repeat_last_n, 36) && AT(logit_bias, 40) && AT(logit_bias_user, 48) && AT(reserved, 56));
#undef T

#define T gosset_generated
TRUE(FITS(T, 64) && AT(struct_size, 0) && AT(prompt_tokens, 4) && AT(new_tokens, 8) &&
     AT(ended, 12) && AT(prompt_seconds, 16) && AT(decode_seconds, 24) && AT(reserved, 32));
#undef T
#endif

int gosset_abi_holds(void);
int gosset_abi_holds(void) {
    gosset_model_options options;
    gosset_model_options_default(&options);
    return options.struct_size == sizeof options && gosset_abi_version() == GOSSET_ABI_VERSION;
}
