// Samplers. The Java side: Sampler.java.
#include <cmath>
#include <iterator>

#include "objects.hpp"

using namespace gosset;
using namespace gosset::jni;

namespace {

constexpr jint kUnset = -1;

void set(float& field, jfloat value) {
    if (!std::isnan(value)) field = value;
}

bool set(JNIEnv* env, uint32_t& field, jint value, const char* what) {
    if (value < kUnset) return raise_argument(env, what), false;
    if (value != kUnset) field = static_cast<uint32_t>(value);
    return true;
}

// NaN and -1 stand for what the library chooses.
jlong create_sampler(JNIEnv* env, jclass, jlong model, jboolean greedy, jlong seed,
                     jfloat temperature, jfloat top_p, jfloat min_p, jfloat repeat_penalty,
                     jint top_k, jint repeat_last_n) {
    return guard(env, [&]() -> jlong {
        auto made = std::make_shared<SamplerObject>();
        made->owner = table<ModelObject>().find(env, model);
        if (!made->owner) return 0;
        gosset_sampler_options options = api::sampler_options();
        options.greedy = greedy == JNI_TRUE;
        options.seed = static_cast<uint64_t>(seed);
        set(options.temperature, temperature);
        set(options.top_p, top_p);
        set(options.min_p, min_p);
        set(options.repeat_penalty, repeat_penalty);
        if (!set(env, options.top_k, top_k, "topK is below zero") ||
            !set(env, options.repeat_last_n, repeat_last_n, "repeatLastN is below zero")) {
            return 0;
        }
        const gosset_status status = made->sampler.create(made->owner->model, &options);
        if (status != GOSSET_OK) return raise_status(env, status), 0;
        return table<SamplerObject>().add(std::move(made));
    });
}

void reset_sampler(JNIEnv* env, jclass, jlong sampler) {
    guard(env, [&] {
        const auto object = table<SamplerObject>().find(env, sampler);
        if (!object) return;
        if (const Taken turn(env, object->turn); turn) object->sampler.reset();
    });
}

void free_sampler(JNIEnv* env, jclass, jlong sampler) {
    guard(env, [&] { table<SamplerObject>().remove(sampler); });
}

}  // namespace

bool gosset::jni::register_sampler(JNIEnv* env, jclass native) {
    const JNINativeMethod methods[] = {
        method("createSampler", "(JZJFFFFII)J", create_sampler),
        method("resetSampler", "(J)V", reset_sampler),
        method("freeSampler", "(J)V", free_sampler),
    };
    return env->RegisterNatives(native, methods, std::size(methods)) == JNI_OK;
}
