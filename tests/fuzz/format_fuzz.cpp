// Any bytes as a model file: open, verify, and use everything that was opened. An input that begins
// with the magic is a whole file, any other one is metadata, around which a file is built; in both
// the hash is made right, so that the fuzzer gets past it.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "format/header.hpp"
#include "format/merge_hash.hpp"
#include "format/metadata.hpp"
#include "format/reader.hpp"
#include "tests/fuzz/model_bytes.hpp"

using namespace gosset;
using namespace gosset::fuzz;

namespace {

uint64_t sum(std::span<const uint8_t> bytes) {
    uint64_t s = 0;
    for (uint8_t b : bytes) s += b;
    return s;
}

/// What open() promises: every span can be read, every id leads somewhere.
uint64_t use(const ModelFile& file) {
    uint64_t s = file.config().dim + file.provenance().source_name.size();
    for (const TensorView& t : file.tensors()) {
        s += t.rows() * t.cols() + t.name.size();
        for (const SegmentView& segment : t.segments) s += sum(segment.bytes);
        for (const ParamView& p : t.params) s += sum(p.bytes);
    }
    const TokenizerView& k = file.tokenizer();
    for (uint32_t id = 0; id < k.size(); id++) s += k.bytes(id).size() + k.types[id];
    for (uint32_t id : k.index) s += k.bytes(id).size();
    for (const Merge& m : k.merges) {
        s += k.bytes(m.left).size() + k.bytes(m.right).size() + k.bytes(m.result).size();
        s += find_merge(k.merges, k.merge_index, m.right, m.left);
    }
    for (const auto& test : k.self_tests)
        for (uint32_t id : test.ids) s += k.bytes(id).size() + test.text.size();
    return s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::vector<uint8_t> file = whole_file(data, size);
    const Block block = block_of(file);
    const Result<ModelFile> model = ModelFile::from_memory({block.get(), file.size()});
    if (!model.ok()) return 0;
    volatile uint64_t sink = use(*model) + model->verify().ok();
    static_cast<void>(sink);
    return 0;
}
