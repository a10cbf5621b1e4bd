// The n-th allocation fails, for n = 1, 2, ... until none does: each time a clean status, nothing
// made, nothing kept.
#include <fcntl.h>
#include <unistd.h>

#include "gosset/gosset.h"
#include "tests/runtime/failing_memory.hpp"
#include "tests/runtime/talking_model.hpp"
#include "tests/runtime/tiny.hpp"

using namespace gosset::test;

namespace {

// Open descriptors of this process.
long descriptors() {
    long n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        n++;
    return n;
}

// run() frees what it made and returns its first status that is not OK; `good` without a failure.
// step(n): the next n. Returns how many failures there were.
template <class Run, class Step>
long each_failure(gosset_status good, Run&& run, Step&& step) {
    CHECK(run() == good);  // what stays for ever (tables, locales) is made here
    long failures = 0;
    for (long n = 1;; n = step(n)) {
        const long before = alive(), open_before = descriptors();
        fail_request(n);
        const gosset_status status = run();
        fail_request(0);
        const long after = alive();
        const std::string error = gosset_last_error(nullptr);
        INFO("allocation " << n << ": " << error);
        CHECK(after == before);
        CHECK(descriptors() == open_before);
        if (!has_failed()) {
            CHECK(status == good);
            break;
        }
        // A failure may be made good: huge pages by plain ones, a sort's buffer by no buffer.
        if (status != good) {
            CHECK(status == GOSSET_OUT_OF_MEMORY);
            CHECK(!error.empty());
        }
        failures++;
    }
    return failures;
}
template <class Run>
long each_failure(gosset_status good, Run&& run) {
    return each_failure(good, run, [](long n) { return n + 1; });
}

struct Fixture {
    TempDir dir;
    std::string path = dir.path("m.gosset");
    gosset_model* model = nullptr;
    Fixture() {
        make_talking_model(path, 3);
        REQUIRE(gosset_model_open(path.c_str(), nullptr, &model) == GOSSET_OK);
    }
    ~Fixture() { gosset_model_close(model); }
};

gosset_session_options two_threads() {
    gosset_session_options o;
    gosset_session_options_default(&o);
    o.context = 64, o.threads = 2, o.batch = 16;
    return o;
}

// The out-parameter of a failed call is untouched; `made` of a good one is freed.
template <class T, class Make>
gosset_status make_and_free(void (*free_it)(T*), Make&& make) {
    T* const untouched = reinterpret_cast<T*>(16);
    T* made = untouched;
    const gosset_status status = make(&made);
    if (status == GOSSET_OK)
        free_it(made);
    else if (made != untouched)
        return GOSSET_INTERNAL;
    return status;
}

}  // namespace

TEST_CASE("opening a model") {
    const Fixture f;
    const auto open_with = [&](const gosset_model_options* o) {
        return each_failure(GOSSET_OK, [&] {
            return make_and_free(gosset_model_close, [&](gosset_model** out) {
                return gosset_model_open(f.path.c_str(), o, out);
            });
        });
    };
    CHECK(open_with(nullptr) > 50);
    gosset_model_options o;
    gosset_model_options_default(&o);
    o.huge_pages = 1, o.exact = 1, o.chat_template = "{{ messages[0]['content'] }}, long enough";
    o.log = [](gosset_log_level, const char*, void*) {};
    CHECK(open_with(&o) > 100);  // the file is read twice

    const std::string bytes = read_file(f.path), archive = f.dir.path("archive");
    for (const size_t offset : {64, 100}) {  // mapped; copied
        write_file(archive, std::string(offset, 'x') + bytes);
        const int fd = open(archive.c_str(), O_RDONLY);
        CHECK(each_failure(GOSSET_OK, [&] {
                  return make_and_free(gosset_model_close, [&](gosset_model** out) {
                      return gosset_model_open_fd(fd, offset, bytes.size(), nullptr, out);
                  });
              }) > 50);
        close(fd);
    }
    gosset_model* none = nullptr;
    const std::string missing = f.dir.path("missing");
    CHECK(each_failure(GOSSET_NOT_FOUND,
                       [&] { return gosset_model_open(missing.c_str(), nullptr, &none); }) > 0);
    write_file(missing, bytes.substr(0, bytes.size() - 64));
    CHECK(each_failure(GOSSET_CORRUPT,
                       [&] { return gosset_model_open(missing.c_str(), nullptr, &none); }) > 0);
}

TEST_CASE("opening models of every family of codecs") {
    TempDir dir;
    const std::string path = dir.path("m.gosset");
    for (const char* codec :
         {"e8c4", "e8c2.5", "e8n3", "pvq2", "pvq4", "higgs2", "higgs4", "q4", "f32", "bf16"}) {
        INFO(codec);
        make_model(path, codec, 5);
        CHECK(each_failure(GOSSET_OK, [&] {
                  return make_and_free(gosset_model_close, [&](gosset_model** out) {
                      return gosset_model_open(path.c_str(), nullptr, out);
                  });
              }) > 50);
    }
}

TEST_CASE("making a session and a sampler") {
    const Fixture f;
    gosset_session_options o = two_threads();
    const auto create = [&] {
        return make_and_free(gosset_session_free, [&](gosset_session** out) {
            return gosset_session_create(f.model, &o, out);
        });
    };
    CHECK(each_failure(GOSSET_OK, create) >= 6);
    gosset_allocator own = {};
    own.alloc = [](size_t size, size_t alignment, void*) -> void* {
        void* memory = nullptr;
        return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
    };
    own.free = [](void* memory, size_t, void*) { free(memory); };
    o.allocator = &own;
    CHECK(each_failure(GOSSET_OK, create) >= 6);
    CHECK(each_failure(GOSSET_OK, [&] {
              return make_and_free(gosset_sampler_free, [&](gosset_sampler** out) {
                  return gosset_sampler_create(f.model, nullptr, out);
              });
          }) >= 4);
}

TEST_CASE("a number of threads left open is measured, in whatever memory") {
    const Fixture f;
    gosset_session_options o = two_threads();
    o.threads = 0;
    const auto create = [&]() -> gosset_status {  // a fresh model measures anew
        gosset_model* model = nullptr;
        gosset_status status = gosset_model_open(f.path.c_str(), nullptr, &model);
        if (status != GOSSET_OK) return status;
        status = make_and_free(gosset_session_free, [&](gosset_session** out) {
            return gosset_session_create(model, &o, out);
        });
        gosset_model_close(model);
        return status;
    };
    CHECK(each_failure(GOSSET_OK, create, [](long n) { return n + 1 + n / 16; }) > 20);
}

TEST_CASE("text to ids and back, chat, streams") {
    const Fixture f;
    const std::string text =
        "hello, the hello<|im_end|> \xc3\xa9t\xc3\xa9 and then some more of it";
    gosset_token ids[256];
    char back[256];
    size_t n = 0, size = 0;
    CHECK(each_failure(GOSSET_OK, [&] {
              return gosset_tokenize(f.model, text.data(), text.size(),
                                     GOSSET_ADD_SPECIAL | GOSSET_PARSE_SPECIAL, ids, 256, &n);
          }) > 0);
    CHECK(each_failure(GOSSET_LIMIT, [&] {
              return gosset_tokenize(f.model, text.data(), text.size(), 0, nullptr, 0, &size);
          }) > 0);
    CHECK(each_failure(GOSSET_OK, [&] {
              return gosset_detokenize(f.model, ids, n, back, sizeof back, &size);
          }) > 0);
    CHECK(each_failure(GOSSET_OK, [&] {
              return make_and_free(gosset_stream_free, [&](gosset_stream** out) {
                  const char* part = nullptr;
                  size_t length = 0;
                  gosset_stream* stream = nullptr;
                  gosset_status status = gosset_stream_create(f.model, &stream);
                  for (size_t i = 0; i < n && status == GOSSET_OK; i++)
                      status = gosset_stream_next(stream, ids[i], &part, &length);
                  if (status == GOSSET_OK) status = gosset_stream_finish(stream, &part, &length);
                  if (status == GOSSET_OK)
                      *out = stream;
                  else
                      gosset_stream_free(stream);
                  return status;
              });
          }) > 0);
    const gosset_message messages[] = {{"system", "You are a long and patient system message."},
                                       {"user", "hello, the user"}};
    const auto chat = [&] {
        return gosset_chat_tokenize(f.model, messages, 2, 1, ids, 256, &size);
    };
    const gosset_status good = chat();  // GOSSET_CHAT_TEMPLATES=OFF: unsupported, in words
    CHECK((good == GOSSET_OK || good == GOSSET_UNSUPPORTED));
    CHECK(each_failure(good, chat) > (good == GOSSET_OK ? 20 : 0));
}

TEST_CASE("generating, and sequences that are saved and restored") {
    const Fixture f;
    gosset_session* session = nullptr;
    gosset_sampler* sampler = nullptr;
    const gosset_session_options o = two_threads();
    REQUIRE(gosset_session_create(f.model, &o, &session) == GOSSET_OK);
    REQUIRE(gosset_sampler_create(f.model, nullptr, &sampler) == GOSSET_OK);
    const gosset_token prompt[] = {72, 101, 256, 108};
    each_failure(GOSSET_OK, [&] {
        gosset_sampler_reset(sampler);
        const gosset_status status = gosset_sequence_trim(session, 0, 0);
        return status != GOSSET_OK
                   ? status
                   : gosset_generate(session, sampler, 0, prompt, 4, 24, nullptr, nullptr, nullptr);
    });
    CHECK(each_failure(GOSSET_LIMIT, [&] {  // a context of 64: its message takes memory
              return gosset_generate(session, sampler, 0, prompt, 4, 90, nullptr, nullptr, nullptr);
          }) > 0);
    std::vector<uint8_t> state(1 << 20);
    size_t size = 0;
    const uint32_t length = gosset_sequence_length(session, 0);
    CHECK(length == 64);
    each_failure(GOSSET_OK, [&] {
        return gosset_sequence_save(session, 0, length, state.data(), state.size(), &size);
    });
    each_failure(GOSSET_OK,
                 [&] { return gosset_sequence_restore(session, 0, state.data(), size); });
    CHECK(each_failure(GOSSET_CORRUPT, [&] {
              return gosset_sequence_restore(session, 0, state.data(), size - 1);
          }) > 0);
    gosset_sampler_free(sampler);
    gosset_session_free(session);
}
