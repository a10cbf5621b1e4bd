// Library, CPU and model: gosset.h, first half.
#include <cstdio>

#include "platforms/cpu.hpp"
#include "runtime/capi.hpp"
#include "simd/dispatch.hpp"

using namespace gosset;
using namespace gosset::capi;

namespace gosset::capi {

namespace {
thread_local char last_error[1024] = "";
}

void clear_error() {
    last_error[0] = 0;
}

gosset_status fail(const Status& status) {
    const char* message = status.message().c_str();
    if (!*message) message = gosset_status_string(gosset_status(status.code()));
    std::snprintf(last_error, sizeof last_error, "%s", message);
    return gosset_status(status.code());
}

}  // namespace gosset::capi

namespace {

#define GOSSET_STRING_(x) #x
#define GOSSET_STRING(x) GOSSET_STRING_(x)

Status open_model(Result<ModelFile> file, const gosset_model_options& o, gosset_model** out) {
    if (!file.ok()) return file.status();
    std::unique_ptr<gosset_model> model(new gosset_model());
    model->file = std::move(*file);
    const auto progress = [&](uint64_t done, uint64_t total) {
        return !o.progress || o.progress(done, total, o.progress_user) != 0;
    };
    if (o.huge_pages) GOSSET_TRY(model->file.copy_to_huge_pages(progress));
    GOSSET_ASSIGN(const Isa* isa, select_isa(o.isa ? o.isa : ""));
    GOSSET_ASSIGN(model->weights,
                  bind_model(model->file, *isa, o.exact ? Prefill::exact : Prefill::rounded));
    model->tokenizer = Tokenizer(&model->file.tokenizer());
    model->chat_template = o.chat_template ? o.chat_template : "";
    model->has_tokenizer = model->file.tokenizer().traits.kind != TokenizerKind::none;
    if (model->has_tokenizer && model->file.tokenizer().size() > model->file.config().vocab)
        return corrupt("the tokenizer has more tokens than the model's vocabulary");
    model->log = o.log, model->log_user = o.log_user;
    if (o.log) {
        const std::string line = std::string("model of ") +
                                 std::to_string(model->weights->weight_bytes >> 20) +
                                 " MiB on tier " + isa_name(*isa) +
                                 (model->weights->rounds() ? ", prompts in bfloat16" : "");
        o.log(GOSSET_LOG_INFO, line.c_str(), o.log_user);
    }
    const uint64_t bytes = model->file.bytes().size();
    if (!o.huge_pages && !progress(bytes, bytes)) return aborted("the progress callback said stop");
    *out = model.release();
    return {};
}

}  // namespace

const char* gosset_version(void) {
    return GOSSET_STRING(GOSSET_VERSION_MAJOR) "." GOSSET_STRING(
        GOSSET_VERSION_MINOR) "." GOSSET_STRING(GOSSET_VERSION_PATCH);
}

uint32_t gosset_abi_version(void) {
    return GOSSET_ABI_VERSION;
}

const char* gosset_status_string(gosset_status status) {
    switch (status) {
        case GOSSET_OK:
            return "ok";
        case GOSSET_INVALID_ARGUMENT:
            return "invalid argument";
        case GOSSET_NOT_FOUND:
            return "not found";
        case GOSSET_IO:
            return "the operating system refused";
        case GOSSET_CORRUPT:
            return "the file is damaged";
        case GOSSET_UNSUPPORTED:
            return "not supported by this build";
        case GOSSET_OUT_OF_MEMORY:
            return "out of memory";
        case GOSSET_LIMIT:
            return "a capacity is exhausted";
        case GOSSET_ABORTED:
            return "stopped by a callback";
        case GOSSET_INTERNAL:
            return "internal error";
    }
    return "unknown status";
}

const char* gosset_last_error(const void*) {
    return last_error;
}

gosset_status gosset_cpu(gosset_cpu_info* info) {
    return guard([&]() -> Status {
        static const std::string tiers = [] {
            std::string s;
            for (const Isa* isa : supported_isas()) {
                if (!s.empty()) s += ' ';
                s += isa_name(*isa);
            }
            return s;
        }();
        const CpuFeatures& cpu = cpu_features();
        static const std::string features = cpu_feature_list(cpu);
        gosset_cpu_info i{};
        i.logical_cores = usable_cores();
        i.name = cpu.brand, i.features = features.c_str(), i.isas = tiers.c_str();
        const auto isa = select_isa();
        i.isa = isa.ok() ? isa_name(**isa) : nullptr;
        GOSSET_TRY(write_info(i, info));
        return isa.status();
    });
}

void gosset_model_options_default(gosset_model_options* o) {
    if (!o) return;
    *o = gosset_model_options{};
    o->struct_size = sizeof *o;
}

gosset_status gosset_model_open(const char* path, const gosset_model_options* options,
                                gosset_model** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(path && out, "path or out"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_model_options_default));
        auto file = ModelFile::open(path);  // its errors name the path
        if (!file.ok()) return file.status();
        const Status status = open_model(std::move(file), o, out);
        return status.ok() ? status : status.in(path);  // nothing may fail once *out is set
    });
}

gosset_status gosset_model_open_fd(int fd, uint64_t offset, uint64_t length,
                                   const gosset_model_options* options, gosset_model** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(out, "out"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_model_options_default));
        return open_model(ModelFile::open_fd(fd, offset, length), o, out);
    });
}

gosset_status gosset_model_open_memory(const void* bytes, size_t size,
                                       const gosset_model_options* options, gosset_model** out) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(bytes && out, "bytes or out"));
        GOSSET_ASSIGN(const auto o, read_options(options, gosset_model_options_default));
        return open_model(ModelFile::from_memory({static_cast<const uint8_t*>(bytes), size}), o,
                          out);
    });
}

void gosset_model_close(gosset_model* model) {
    delete model;
}

gosset_status gosset_model_get_info(const gosset_model* model, gosset_model_info* info) {
    return guard([&]() -> Status {
        GOSSET_TRY(need(model, "model"));
        const ModelConfig& c = model->weights->config;
        gosset_model_info i{};
        i.format_version = model->file.version();
        i.architecture = c.architecture.c_str();
        i.isa = isa_name(*model->weights->isa);
        i.vocab = c.vocab, i.dim = c.dim, i.layers = c.layers, i.heads = c.heads;
        i.kv_heads = c.kv_heads, i.head_dim = c.head_dim, i.ffn_dim = c.ffn_dim;
        i.max_context = c.max_context;
        i.has_tokenizer = model->has_tokenizer;
        i.has_chat_template =
            !model->chat_template.empty() || !model->file.tokenizer().chat_template.empty();
        i.bos = c.bos_id, i.add_bos = c.add_bos;
        i.weights = model->weights->weight_count;
        i.weight_bytes = model->weights->weight_bytes;
        i.bytes_per_token = model->weights->bytes_per_token;
        i.file_bytes = model->file.bytes().size();
        i.identity = model->weights->identity;
        return write_info(i, info);
    });
}

int gosset_is_end(const gosset_model* model, gosset_token token) {
    if (!model) return 0;
    for (uint32_t id : model->weights->config.end_ids)
        if (id == token) return 1;
    return 0;
}
