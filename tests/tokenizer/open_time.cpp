// How long a tokenizer takes to open from a .gosset: writes a model that has little else, then
// opens it again and again. A measurement, not a test:
//
//     tokenizer_open_time TOKENIZER [RUNS]      TOKENIZER: whatever `gosset tokenize -m` takes
//
// Prints milliseconds, of everything and of its parts; the file is in the page cache.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "format/header.hpp"
#include "format/metadata.hpp"
#include "format/reader.hpp"
#include "format/validate.hpp"
#include "format/verify.hpp"
#include "format/writer.hpp"
#include "platforms/file_map.hpp"
#include "runtime/session/tokenizer.hpp"
#include "tools/import/source.hpp"

using namespace gosset;

namespace {

ModelDescription model_around(TokenizerData tokenizer) {
    ModelDescription d;
    ModelConfig& c = d.config;
    c.architecture = "llama";
    c.dim = 8, c.layers = 1, c.heads = 2, c.kv_heads = 1, c.head_dim = 4, c.v_head_dim = 4;
    c.ffn_dim = 16, c.vocab = uint32_t(tokenizer.offsets.size() - 1), c.max_context = 32;
    c.ropes.emplace_back();
    TensorInfo t;
    t.name = "model.norm.weight", t.role = Role::final_norm, t.shape = {8}, t.codec = "f32";
    t.segments = {{"codes", 0, 32, 0}};
    d.tensors = {t};
    d.tokenizer = std::move(tokenizer);
    return d;
}

Status write_model(const std::string& path, TokenizerData tokenizer) {
    GOSSET_ASSIGN(ModelWriter writer,
                  ModelWriter::create(path, model_around(std::move(tokenizer))));
    const uint8_t zeros[32] = {};
    GOSSET_TRY(writer.write(0, 0, 0, zeros));
    return writer.finish();
}

/// Of so many runs: the median and the least (what a busy machine would have taken at rest).
struct Times {
    double median, least;
};
Times time_ms(size_t runs, const std::function<void()>& what) {
    std::vector<double> times;
    for (size_t i = 0; i < runs; i++) {
        const auto start = std::chrono::steady_clock::now();
        what();
        const std::chrono::duration<double, std::milli> time =
            std::chrono::steady_clock::now() - start;
        times.push_back(time.count());
    }
    std::sort(times.begin(), times.end());
    return {times[runs / 2], times[0]};
}

[[noreturn]] void fail(const std::string& message) {
    std::fprintf(stderr, "tokenizer_open_time: %s\n", message.c_str());
    std::exit(1);
}

void must(const Status& status) {
    if (!status.ok()) fail(status.message());
}

void measure(const std::string& path, size_t runs) {
    const auto say = [&](const char* what, const std::function<void()>& f) {
        const Times times = time_ms(runs, f);
        std::printf("%-40s %8.3f ms, least %8.3f\n", what, times.median, times.least);
    };
    size_t ids = 0;
    say("open, and encode a word", [&] {
        const auto model = ModelFile::open(path);
        must(model.status());
        const auto encoded = Tokenizer(&model->tokenizer()).encode("hello", {});
        must(encoded.status());
        ids += encoded->size();
    });
    say("open (hash, structure, meaning)", [&] { must(ModelFile::open(path).status()); });
    const auto map = FileMap::open(path);
    must(map.status());
    const auto header = decode_header(map->bytes());
    must(header.status());
    const auto metadata =
        map->bytes().subspan(size_t(header->metadata_offset), size_t(header->metadata_size));
    say("  hash of header and metadata", [&] { ids += hash_header(*header, metadata) == 0; });
    const auto unpack = [&] {
        return unpack_metadata(metadata, map->bytes().data(), map->bytes().size());
    };
    say("  structure", [&] { must(unpack().status()); });
    const auto unpacked = unpack();
    must(unpacked.status());
    const TokenizerView& view = unpacked->tokenizer;
    say("  meaning of the tokenizer", [&] { must(validate_tokenizer(view, view.size())); });
    say("encode a word", [&] { ids += Tokenizer(&view).encode("hello", {})->size(); });
    say("verify: index and merges in order", [&] { must(verify_tokenizer(view)); });
    std::printf("%u tokens, %zu merges, %zu bytes of metadata, %zu ids\n", view.size(),
                view.merges.size(), metadata.size(), ids);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) fail("usage: tokenizer_open_time TOKENIZER [RUNS = 20]");
    const size_t runs = argc == 3 ? size_t(std::max(1, std::atoi(argv[2]))) : 20;
    Result<TokenizerData> tokenizer = open_tokenizer(argv[1]);
    must(tokenizer.status());
    const auto path = std::filesystem::temp_directory_path() /
                      ("tokenizer_open_time-" + std::to_string(std::rand()) + ".gosset");
    must(write_model(path.string(), std::move(*tokenizer)));
    measure(path.string(), runs);
    std::filesystem::remove(path);
    return 0;
}
