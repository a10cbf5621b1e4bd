/// What the JNI functions share: arguments out of Java, results and errors into it. Text crosses as
/// byte[] of UTF-8, never as jstring: NewStringUTF takes "modified UTF-8", in which a character
/// beyond the basic plane is six bytes, and stops the process on others. Relies on jni.h and
/// gosset.hpp; the Java side is org/gosset/Native.java.
#pragma once

#include <jni.h>

#include <cstddef>
#include <gosset/gosset.hpp>
#include <new>
#include <string>
#include <string_view>

namespace gosset::jni {

/// Looks up the Java classes and methods that are called from here. False: an exception is pending.
bool find_classes(JNIEnv* env);

/// Each leaves an exception pending, unless one is already; the native function then returns.
void raise_argument(JNIEnv* env, const char* message);
void raise_state(JNIEnv* env, const char* message);
void raise_memory(JNIEnv* env);
/// GossetException with the library's own message. First thing after the call that failed.
void raise_status(JNIEnv* env, gosset_status status);

/// Copies of Java's arrays. False: the argument is null, and an exception is pending.
bool read(JNIEnv* env, jbyteArray from, std::string& to);
bool read(JNIEnv* env, jintArray from, api::Tokens& to);
/// As read(), of text for a function that takes C strings: refuses a zero byte.
bool read_c_string(JNIEnv* env, jbyteArray from, std::string& to);

/// New Java arrays. Null: an exception is pending.
jbyteArray make_bytes(JNIEnv* env, const void* bytes, size_t size);
jintArray make_ids(JNIEnv* env, const api::Tokens& ids);

/// Native.Receiver.onToken. False: it said stop, or an exception is pending.
bool call_receiver(JNIEnv* env, jobject receiver, gosset_token token, std::string_view text);

/// Runs the body of a native function: no C++ exception leaves it. Only std::bad_alloc can come
/// here, of the containers; the C API throws nothing.
template <class F>
auto guard(JNIEnv* env, F&& f) noexcept -> decltype(f()) {
    try {
        return f();
    } catch (const std::bad_alloc&) {
        raise_memory(env);
    } catch (...) {
        raise_state(env, "an unexpected C++ exception in gosset_jni");
    }
    return decltype(f())();
}

}  // namespace gosset::jni
