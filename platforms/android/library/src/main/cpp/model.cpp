// The library, models and text. The Java side: Gosset.java, Model.java.
#include <iterator>

#include "objects.hpp"

using namespace gosset;
using namespace gosset::jni;

namespace {

jbyteArray version(JNIEnv* env, jclass) {
    const std::string_view text = gosset_version();
    return make_bytes(env, text.data(), text.size());
}

jbyteArray cpu(JNIEnv* env, jclass) {
    return guard(env, [&]() -> jbyteArray {
        gosset_cpu_info info = {};
        info.struct_size = sizeof info;
        const gosset_status status = gosset_cpu(&info);
        if (status != GOSSET_OK) return raise_status(env, status), nullptr;
        const std::string text =
            std::string(info.name) + "; " + info.features + "; tier " + info.isa;
        return make_bytes(env, text.data(), text.size());
    });
}

// Opens by open(model, options) -> status.
template <class Open>
jlong open_model(JNIEnv* env, jbyteArray chat_template, jboolean exact, Open open) {
    gosset_model_options options = api::model_options();
    std::string text;
    if (chat_template) {
        if (!read_c_string(env, chat_template, text)) return 0;
        options.chat_template = text.c_str();
    }
    options.exact = exact == JNI_TRUE;
    auto made = std::make_shared<ModelObject>();
    const gosset_status status = open(made->model, options);
    if (status != GOSSET_OK) return raise_status(env, status), 0;
    return table<ModelObject>().add(std::move(made));
}

jlong open_path(JNIEnv* env, jclass, jbyteArray path, jbyteArray chat_template, jboolean exact) {
    return guard(env, [&]() -> jlong {
        std::string name;
        if (!read_c_string(env, path, name)) return 0;
        return open_model(env, chat_template, exact, [&](auto& model, const auto& options) {
            return model.open(name.c_str(), &options);
        });
    });
}

jlong open_fd(JNIEnv* env, jclass, jint fd, jlong offset, jlong length, jbyteArray chat_template,
              jboolean exact) {
    return guard(env, [&]() -> jlong {
        if (fd < 0 || offset < 0 || length < 0) {  // AssetFileDescriptor.UNKNOWN_LENGTH is -1
            raise_argument(env, "a descriptor, an offset or a length below zero");
            return 0;
        }
        return open_model(env, chat_template, exact, [&](auto& model, const auto& options) {
            return model.open_fd(fd, static_cast<uint64_t>(offset), static_cast<uint64_t>(length),
                                 &options);
        });
    });
}

void close_model(JNIEnv* env, jclass, jlong model) {
    guard(env, [&] { table<ModelObject>().remove(model); });
}

// In the order of ModelInfo.java.
jlongArray model_numbers(JNIEnv* env, jclass, jlong model) {
    return guard(env, [&]() -> jlongArray {
        const auto object = table<ModelObject>().find(env, model);
        if (!object) return nullptr;
        const gosset_model_info i = object->model.info();
        const uint64_t numbers[] = {i.vocab,    i.dim,           i.layers,           i.max_context,
                                    i.weights,  i.weight_bytes,  i.bytes_per_token,  i.file_bytes,
                                    i.identity, i.has_tokenizer, i.has_chat_template};
        constexpr auto n = static_cast<jsize>(std::size(numbers));
        const jlongArray made = env->NewLongArray(n);
        if (made) {
            env->SetLongArrayRegion(made, 0, n, reinterpret_cast<const jlong*>(numbers));
        }
        return made;
    });
}

// "architecture tier"
jbyteArray model_names(JNIEnv* env, jclass, jlong model) {
    return guard(env, [&]() -> jbyteArray {
        const auto object = table<ModelObject>().find(env, model);
        if (!object) return nullptr;
        const gosset_model_info i = object->model.info();
        const std::string text = std::string(i.architecture) + " " + i.isa;
        return make_bytes(env, text.data(), text.size());
    });
}

jboolean is_end(JNIEnv* env, jclass, jlong model, jint token) {
    return guard(env, [&]() -> jboolean {
        const auto object = table<ModelObject>().find(env, model);
        return object && object->model.is_end(static_cast<gosset_token>(token)) ? JNI_TRUE
                                                                                : JNI_FALSE;
    });
}

jintArray tokenize(JNIEnv* env, jclass, jlong model, jbyteArray text, jint flags) {
    return guard(env, [&]() -> jintArray {
        const auto object = table<ModelObject>().find(env, model);
        std::string utf8;
        if (!object || !read(env, text, utf8)) return nullptr;
        api::Tokens ids;
        const gosset_status status =
            object->model.tokenize(utf8, static_cast<uint32_t>(flags), ids);
        if (status != GOSSET_OK) return raise_status(env, status), nullptr;
        return make_ids(env, ids);
    });
}

jbyteArray detokenize(JNIEnv* env, jclass, jlong model, jintArray ids) {
    return guard(env, [&]() -> jbyteArray {
        const auto object = table<ModelObject>().find(env, model);
        api::Tokens tokens;
        if (!object || !read(env, ids, tokens)) return nullptr;
        std::string text;
        const gosset_status status = object->model.detokenize(tokens, text);
        if (status != GOSSET_OK) return raise_status(env, status), nullptr;
        return make_bytes(env, text.data(), text.size());
    });
}

// roles and contents: two byte[][] of one length.
bool read_messages(JNIEnv* env, jobjectArray roles, jobjectArray contents,
                   std::vector<api::Message>& messages) {
    if (!roles || !contents || env->GetArrayLength(roles) != env->GetArrayLength(contents)) {
        raise_argument(env, "roles and contents of messages differ in number");
        return false;
    }
    messages.resize(static_cast<size_t>(env->GetArrayLength(roles)));
    for (size_t i = 0; i < messages.size(); i++) {
        const auto at = static_cast<jsize>(i);
        const auto role = static_cast<jbyteArray>(env->GetObjectArrayElement(roles, at));
        const auto content = static_cast<jbyteArray>(env->GetObjectArrayElement(contents, at));
        const bool good = read_c_string(env, role, messages[i].role) &&
                          read_c_string(env, content, messages[i].content);
        env->DeleteLocalRef(role);
        env->DeleteLocalRef(content);
        if (!good) return false;
    }
    return true;
}

jintArray chat_tokenize(JNIEnv* env, jclass, jlong model, jobjectArray roles, jobjectArray contents,
                        jboolean answer) {
    return guard(env, [&]() -> jintArray {
        const auto object = table<ModelObject>().find(env, model);
        std::vector<api::Message> messages;
        if (!object || !read_messages(env, roles, contents, messages)) return nullptr;
        api::Tokens ids;
        const gosset_status status = object->model.chat_tokenize(messages, answer == JNI_TRUE, ids);
        if (status != GOSSET_OK) return raise_status(env, status), nullptr;
        return make_ids(env, ids);
    });
}

}  // namespace

bool gosset::jni::register_model(JNIEnv* env, jclass native) {
    const JNINativeMethod methods[] = {
        method("version", "()[B", version),
        method("cpu", "()[B", cpu),
        method("openPath", "([B[BZ)J", open_path),
        method("openFd", "(IJJ[BZ)J", open_fd),
        method("closeModel", "(J)V", close_model),
        method("modelNumbers", "(J)[J", model_numbers),
        method("modelNames", "(J)[B", model_names),
        method("isEnd", "(JI)Z", is_end),
        method("tokenize", "(J[BI)[I", tokenize),
        method("detokenize", "(J[I)[B", detokenize),
        method("chatTokenize", "(J[[B[[BZ)[I", chat_tokenize),
    };
    return env->RegisterNatives(native, methods, std::size(methods)) == JNI_OK;
}
