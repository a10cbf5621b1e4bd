#include "support.hpp"

namespace gosset::jni {
namespace {

// Global references, which live as long as the library is loaded.
struct Classes {
    jclass failure = nullptr, argument = nullptr, state = nullptr, memory = nullptr;
    jmethodID make_failure = nullptr, on_token = nullptr;
} classes;

jclass find(JNIEnv* env, const char* name) {
    const jclass local = env->FindClass(name);
    if (!local) return nullptr;
    const auto global = static_cast<jclass>(env->NewGlobalRef(local));
    env->DeleteLocalRef(local);
    return global;
}

void raise(JNIEnv* env, jclass type, const char* message) {
    if (!env->ExceptionCheck()) env->ThrowNew(type, message);  // messages of ours: ASCII
}

}  // namespace

bool find_classes(JNIEnv* env) {
    classes.failure = find(env, "org/gosset/GossetException");
    if (!classes.failure) return false;
    classes.make_failure = env->GetMethodID(classes.failure, "<init>", "(I[B)V");
    if (!classes.make_failure) return false;
    classes.argument = find(env, "java/lang/IllegalArgumentException");
    if (!classes.argument) return false;
    classes.state = find(env, "java/lang/IllegalStateException");
    if (!classes.state) return false;
    classes.memory = find(env, "java/lang/OutOfMemoryError");
    if (!classes.memory) return false;
    const jclass receiver = env->FindClass("org/gosset/Native$Receiver");
    if (!receiver) return false;
    // The id stays valid while the class is loaded: as long as Native is, whose library this is.
    classes.on_token = env->GetMethodID(receiver, "onToken", "(I[B)Z");
    env->DeleteLocalRef(receiver);
    return classes.on_token != nullptr;
}

void raise_argument(JNIEnv* env, const char* message) {
    raise(env, classes.argument, message);
}
void raise_state(JNIEnv* env, const char* message) {
    raise(env, classes.state, message);
}
void raise_memory(JNIEnv* env) {
    raise(env, classes.memory, "no memory left for gosset");
}

void raise_status(JNIEnv* env, gosset_status status) {
    if (env->ExceptionCheck()) return;
    std::string_view message = gosset_last_error(nullptr);
    if (message.empty()) message = gosset_status_string(status);
    const jbyteArray bytes = make_bytes(env, message.data(), message.size());
    if (!bytes) return;
    const jobject failure =
        env->NewObject(classes.failure, classes.make_failure, static_cast<jint>(status), bytes);
    if (failure) env->Throw(static_cast<jthrowable>(failure));
    env->DeleteLocalRef(failure);
    env->DeleteLocalRef(bytes);
}

bool read(JNIEnv* env, jbyteArray from, std::string& to) {
    if (!from) {
        raise_argument(env, "a byte[] is null");
        return false;
    }
    to.resize(static_cast<size_t>(env->GetArrayLength(from)));
    env->GetByteArrayRegion(from, 0, static_cast<jsize>(to.size()),
                            reinterpret_cast<jbyte*>(to.data()));
    return !env->ExceptionCheck();
}

bool read(JNIEnv* env, jintArray from, api::Tokens& to) {
    static_assert(sizeof(jint) == sizeof(gosset_token));
    if (!from) {
        raise_argument(env, "an int[] is null");
        return false;
    }
    to.resize(static_cast<size_t>(env->GetArrayLength(from)));
    env->GetIntArrayRegion(from, 0, static_cast<jsize>(to.size()),
                           reinterpret_cast<jint*>(to.data()));
    return !env->ExceptionCheck();
}

bool read_c_string(JNIEnv* env, jbyteArray from, std::string& to) {
    if (!read(env, from, to)) return false;
    if (to.find('\0') == std::string::npos) return true;
    raise_argument(env, "the text holds a zero character");
    return false;
}

jbyteArray make_bytes(JNIEnv* env, const void* bytes, size_t size) {
    if (size > 0x7fffffff) {
        raise_argument(env, "more bytes than a Java array holds");
        return nullptr;
    }
    const jbyteArray made = env->NewByteArray(static_cast<jsize>(size));
    if (made) {
        env->SetByteArrayRegion(made, 0, static_cast<jsize>(size),
                                static_cast<const jbyte*>(bytes));
    }
    return made;
}

jintArray make_ids(JNIEnv* env, const api::Tokens& ids) {
    if (ids.size() > 0x7fffffff) {
        raise_argument(env, "more tokens than a Java array holds");
        return nullptr;
    }
    const jintArray made = env->NewIntArray(static_cast<jsize>(ids.size()));
    if (made) {
        env->SetIntArrayRegion(made, 0, static_cast<jsize>(ids.size()),
                               reinterpret_cast<const jint*>(ids.data()));
    }
    return made;
}

bool call_receiver(JNIEnv* env, jobject receiver, gosset_token token, std::string_view text) {
    const jbyteArray bytes = make_bytes(env, text.data(), text.size());
    if (!bytes) return false;
    const jboolean go_on =
        env->CallBooleanMethod(receiver, classes.on_token, static_cast<jint>(token), bytes);
    env->DeleteLocalRef(bytes);  // or a long answer fills the table of local references
    return !env->ExceptionCheck() && go_on == JNI_TRUE;
}

}  // namespace gosset::jni
