// The only symbol that the library shows: all functions are registered here, so a name or signature
// that differs from Native.java's is an error when the library is loaded, not at the first call.
#include "objects.hpp"

using namespace gosset::jni;

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void*) {
    JNIEnv* env = nullptr;
    if (vm->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
    if (!find_classes(env)) return JNI_ERR;
    const jclass native = env->FindClass("org/gosset/Native");
    if (!native) return JNI_ERR;
    const bool good = register_model(env, native) && register_sampler(env, native) &&
                      register_session(env, native);
    env->DeleteLocalRef(native);
    return good ? JNI_VERSION_1_6 : JNI_ERR;
}
