// Sessions and generation. The Java side: Session.java.
#include <iterator>

#include "objects.hpp"

using namespace gosset;
using namespace gosset::jni;

namespace {

// 0 stands for what the library chooses.
bool read_options(JNIEnv* env, jint context, jint batch, jint threads,
                  gosset_session_options& options) {
    if (context < 0 || batch < 0 || threads < 0) {
        raise_argument(env, "context, batch or threads below zero");
        return false;
    }
    options.context = static_cast<uint32_t>(context);
    options.batch = static_cast<uint32_t>(batch);
    options.threads = static_cast<uint32_t>(threads);
    return true;
}

jlong session_memory(JNIEnv* env, jclass, jlong model, jint context, jint batch, jint threads) {
    return guard(env, [&]() -> jlong {
        const auto object = table<ModelObject>().find(env, model);
        gosset_session_options options = api::session_options();
        if (!object || !read_options(env, context, batch, threads, options)) return 0;
        uint64_t bytes = 0;
        const gosset_status status = gosset_session_memory(object->model.get(), &options, &bytes);
        if (status != GOSSET_OK) return raise_status(env, status), 0;
        return static_cast<jlong>(bytes);
    });
}

jlong create_session(JNIEnv* env, jclass, jlong model, jint context, jint batch, jint threads) {
    return guard(env, [&]() -> jlong {
        auto made = std::make_shared<SessionObject>();
        made->owner = table<ModelObject>().find(env, model);
        gosset_session_options options = api::session_options();
        if (!made->owner || !read_options(env, context, batch, threads, options)) return 0;
        options.abort = SessionObject::asked;
        options.abort_user = made.get();
        const gosset_status status = made->session.create(made->owner->model, &options);
        if (status != GOSSET_OK) return raise_status(env, status), 0;
        return table<SessionObject>().add(std::move(made));
    });
}

// What generates in it stops, and the session ends when that has returned.
void free_session(JNIEnv* env, jclass, jlong session) {
    guard(env, [&] {
        if (const auto object = table<SessionObject>().remove(session)) object->cancel();
    });
}

jboolean cancel(JNIEnv* env, jclass, jlong session) {
    return guard(env, [&]() -> jboolean {
        const auto object = table<SessionObject>().find(env, session);
        return object && object->cancel() ? JNI_TRUE : JNI_FALSE;
    });
}

// Runs f(api::Session&) -> result while no other call uses the session.
template <class F>
auto in_turn(JNIEnv* env, jlong session, F f) noexcept {
    using Result = decltype(f(std::declval<api::Session&>()));
    return guard(env, [&]() -> Result {
        const auto object = table<SessionObject>().find(env, session);
        if (!object) return Result();
        const Taken turn(env, object->turn);
        return turn ? f(object->session) : Result();
    });
}

jint session_context(JNIEnv* env, jclass, jlong session) {
    return in_turn(env, session, [](api::Session& s) { return static_cast<jint>(s.context()); });
}
jint session_threads(JNIEnv* env, jclass, jlong session) {
    return in_turn(env, session, [](api::Session& s) { return static_cast<jint>(s.threads()); });
}
jint session_length(JNIEnv* env, jclass, jlong session) {
    return in_turn(env, session, [](api::Session& s) { return static_cast<jint>(s.length()); });
}

void trim(JNIEnv* env, jclass, jlong session, jint length) {
    in_turn(env, session, [&](api::Session& s) {
        if (length < 0) return raise_argument(env, "length below zero");
        const gosset_status status = s.trim(static_cast<uint32_t>(length));
        if (status != GOSSET_OK) raise_status(env, status);
    });
}

jbyteArray save(JNIEnv* env, jclass, jlong session) {
    return in_turn(env, session, [&](api::Session& s) -> jbyteArray {
        std::vector<uint8_t> state;
        const gosset_status status = s.save(state);
        if (status != GOSSET_OK) return raise_status(env, status), nullptr;
        return make_bytes(env, state.data(), state.size());
    });
}

void restore(JNIEnv* env, jclass, jlong session, jbyteArray state) {
    in_turn(env, session, [&](api::Session& s) {
        std::string bytes;
        if (!read(env, state, bytes)) return;
        const gosset_status status =
            gosset_sequence_restore(s.get(), 0, bytes.data(), bytes.size());
        if (status != GOSSET_OK) raise_status(env, status);
    });
}

// In the order of Generated.java. A cancelled generation is a result, not an error.
jdoubleArray make_result(JNIEnv* env, const gosset_generated& g, bool cancelled) {
    const jdouble numbers[] = {static_cast<jdouble>(g.prompt_tokens),
                               static_cast<jdouble>(g.new_tokens),
                               g.ended ? 1.0 : 0.0,
                               cancelled ? 1.0 : 0.0,
                               g.prompt_seconds,
                               g.decode_seconds};
    constexpr auto n = static_cast<jsize>(std::size(numbers));
    const jdoubleArray made = env->NewDoubleArray(n);
    if (made) env->SetDoubleArrayRegion(made, 0, n, numbers);
    return made;
}

// Marks the time during which cancel() has something to stop.
struct Generating {
    explicit Generating(SessionObject& s) : session(s) { session.begin(); }
    ~Generating() { session.end(); }
    Generating(const Generating&) = delete;
    Generating& operator=(const Generating&) = delete;
    SessionObject& session;
};

jdoubleArray generate(JNIEnv* env, jclass, jlong session, jlong sampler, jintArray prompt,
                      jint max_new, jobject receiver) {
    return guard(env, [&]() -> jdoubleArray {
        const auto object = table<SessionObject>().find(env, session);
        if (!object) return nullptr;
        const auto chooser = table<SamplerObject>().find(env, sampler);
        api::Tokens ids;
        if (!chooser || !read(env, prompt, ids)) return nullptr;
        if (max_new < 0) return raise_argument(env, "maxNew is below zero"), nullptr;
        const Taken turn(env, object->turn);
        if (!turn) return nullptr;
        const Taken chooser_turn(env, chooser->turn);
        if (!chooser_turn) return nullptr;
        const Generating generating(*object);
        gosset_generated result = {};
        result.struct_size = sizeof result;
        // An exception of the receiver stays pending, stops the generation, and is what Java gets.
        const gosset_status status = object->session.generate(
            chooser->sampler, ids, static_cast<uint32_t>(max_new),
            [&](gosset_token token, std::string_view text) {
                return !receiver || call_receiver(env, receiver, token, text);
            },
            &result);
        if (env->ExceptionCheck()) return nullptr;
        if (status != GOSSET_OK && status != GOSSET_ABORTED) {
            return raise_status(env, status), nullptr;
        }
        return make_result(env, result, status == GOSSET_ABORTED);
    });
}

}  // namespace

bool gosset::jni::register_session(JNIEnv* env, jclass native) {
    const JNINativeMethod methods[] = {
        method("sessionMemory", "(JIII)J", session_memory),
        method("createSession", "(JIII)J", create_session),
        method("freeSession", "(J)V", free_session),
        method("cancel", "(J)Z", cancel),
        method("sessionContext", "(J)I", session_context),
        method("sessionThreads", "(J)I", session_threads),
        method("sessionLength", "(J)I", session_length),
        method("trim", "(JI)V", trim),
        method("save", "(J)[B", save),
        method("restore", "(J[B)V", restore),
        method("generate", "(JJ[IILorg/gosset/Native$Receiver;)[D", generate),
    };
    return env->RegisterNatives(native, methods, std::size(methods)) == JNI_OK;
}
