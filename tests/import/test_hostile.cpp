// Random damage to whole models: an answer or an error, never a fault. Meant for the sanitizers.
#include <cstring>
#include <filesystem>
#include <set>

#include "runtime/base/rng.hpp"
#include "tests/import/safetensors_writer.hpp"
#include "tests/import/tiny_llama.hpp"
#include "tests/support/support.hpp"
#include "tools/import/element_type.hpp"
#include "tools/import/gguf_source.hpp"
#include "tools/import/safetensors_source.hpp"

namespace gosset {
namespace {

using Open = Result<std::unique_ptr<ModelSource>> (*)(SourceBytes);

/// Opens a heap copy of exactly these bytes and reads all of it. Whether it opened.
bool exercise(const std::string& bytes, Open open) {
    const std::unique_ptr<uint8_t[]> copy(new uint8_t[bytes.size()]);
    std::memcpy(copy.get(), bytes.data(), bytes.size());
    const auto source = open(SourceBytes::borrow({copy.get(), bytes.size()}));
    if (!source.ok()) {
        CHECK_FALSE(source.status().message().empty());
        return false;
    }
    for (size_t i = 0; i < (*source)->tensors().size(); i++) {
        const SourceTensor& t = (*source)->tensors()[i];
        std::vector<float> row(t.cols());
        for (uint64_t r = 0; r < t.rows(); r++)
            if (!(*source)->read_rows(i, r, 1, row.data()).ok()) break;
    }
    return true;
}

/// Damages the first `header` bytes at random places, and cuts at random lengths.
void damage(const std::string& good, size_t header, Open open, int rounds) {
    REQUIRE(exercise(good, open));
    Rng rng(test::seed() ^ 0x1a9);
    int opened = 0, refused = 0;
    for (int round = 0; round < rounds; round++) {
        std::string bad = good;
        const int changes = 1 + int(rng.below(3));
        for (int i = 0; i < changes; i++) {
            char& c = bad[rng.below(uint32_t(header))];
            switch (rng.below(3)) {
                case 0:
                    c = char(c ^ (1 << rng.below(8)));
                    break;
                case 1:
                    c = char(rng.below(256));
                    break;
                default:
                    c = char(rng.below(2) ? 0xff : 0);
            }
        }
        if (rng.below(4) == 0) bad.resize(rng.below(uint32_t(bad.size())));
        (exercise(bad, open) ? opened : refused)++;
    }
    MESSAGE(opened << " opened, " << refused << " refused");
    CHECK(refused > rounds / 4);
}

TEST_CASE("random damage to a GGUF never faults") {
    const test::TinyLlama model;
    const std::string good = model.gguf();
    damage(good, good.size() - model.data_bytes(), open_gguf_source, 3000);
}

TEST_CASE("the seeds of the GGUF fuzzer are models, and have every readable type") {
    std::set<std::string> types;
    for (const auto& entry : std::filesystem::directory_iterator(GOSSET_GGUF_SEEDS)) {
        CAPTURE(entry.path().string());
        const auto source = open_source(entry.path().string());
        REQUIRE_OK(source);
        for (size_t i = 0; i < (*source)->tensors().size(); i++) {
            const SourceTensor& t = (*source)->tensors()[i];
            std::vector<float> rows(t.rows() * t.cols());
            CHECK_OK((*source)->read_rows(i, 0, t.rows(), rows.data()));
            types.insert(t.source_type);
        }
    }
    for (int type = 0; type <= int(ElementType::iq4_xs); type++) {
        const std::string name = element_info(ElementType(type)).name;
        CAPTURE(name);
        CHECK(types.count(name) == 1);
    }
}

TEST_CASE("truncations of a GGUF model are refused at every length of its header") {
    const test::TinyLlama model;
    const std::string good = model.gguf();
    const size_t header = good.size() - model.data_bytes();
    for (size_t n = 0; n < good.size(); n += n < header ? 1 : 97)
        CHECK_FALSE(exercise(good.substr(0, n), open_gguf_source));
}

TEST_CASE("random damage to a safetensors file never faults") {
    test::SafetensorsWriter w;
    w.tensor("first", "F32", {4, 8}, test::floats(std::vector<float>(32, 1.5f)));
    w.tensor("second", "BF16", {6}, std::string(12, '\1'));
    w.tensor("third", "F16", {2, 2}, std::string(8, '\1'));
    const std::string good = w.bytes();
    damage(good, good.size() - 148, open_safetensors_tensors, 20000);
}

}  // namespace
}  // namespace gosset
