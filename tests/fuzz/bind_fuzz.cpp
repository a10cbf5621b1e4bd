// Any bytes as a model that is bound and run: what open() and bind accept must compute without a
// fault, whatever its codes, scales and tables hold, on the plainest and on the best tier.
#include "runtime/model/bind.hpp"
#include "runtime/session/session.hpp"
#include "simd/dispatch.hpp"
#include "tests/fuzz/model_bytes.hpp"

using namespace gosset;
using namespace gosset::fuzz;

namespace {

void run(const ModelFile& file, const Isa& isa) {
    const auto weights = bind_model(file, isa);
    if (!weights.ok()) return;
    SessionShape shape;
    shape.context = 3, shape.batch = 2;
    const auto bytes = Session::memory(**weights, shape);
    if (!bytes.ok() || *bytes > (64u << 20)) return;
    auto session = Session::create(**weights, shape, {});
    if (!session.ok()) return;
    const uint32_t tokens[] = {0, (*weights)->config.vocab - 1, 0};
    if (!(*session)->feed(tokens, 0, 0, Want::last, nullptr).ok()) std::abort();
    if ((*session)->logits_count() != 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::vector<uint8_t> file = whole_file(data, size);
    const Block block = block_of(file);
    const Result<ModelFile> model = ModelFile::from_memory({block.get(), file.size()});
    if (!model.ok()) return 0;
    const auto tiers = supported_isas();
    run(*model, *tiers.front());
    run(*model, *tiers.back());
    return 0;
}
