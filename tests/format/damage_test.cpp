// Any flipped bit, any missing or additional byte is found, by open() or by verify().
#include <set>

#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

ModelDescription sample() {
    Rng rng(seed() ^ 0xda3a6e);
    ModelDescription d = random_description(rng);
    while (d.tensors.size() < 3) d = random_description(rng);
    return d;
}

std::string flipped(std::string bytes, uint64_t bit) {
    bytes[size_t(bit / 8)] = char(uint8_t(bytes[size_t(bit / 8)]) ^ (1u << (bit % 8)));
    return bytes;
}

}  // namespace

TEST_CASE("every bit of the header matters") {
    const std::string bytes = model_bytes(sample(), 1);
    REQUIRE_OK(open_and_verify(bytes));
    for (uint64_t bit = 0; bit < 64 * 8; bit++) {
        CAPTURE(bit);
        CHECK_FALSE(open_only(flipped(bytes, bit)).ok());
    }
}

TEST_CASE("a flipped bit anywhere is found") {
    const std::string bytes = model_bytes(sample(), 2);
    Rng rng(seed() + 3);
    for (int i = 0; i < 400; i++) {
        const uint64_t bit = rng.next() % (bytes.size() * 8);
        CAPTURE(bit);
        const Status status = open_and_verify(flipped(bytes, bit));
        CHECK_FALSE(status.ok());
        CHECK_FALSE(status.message().empty());
    }
}

TEST_CASE("one bit of every byte of a small file") {
    const std::string bytes = model_bytes(minimal_description(), 2);
    Rng rng(seed() + 4);
    size_t missed = 0;
    for (uint64_t at = 0; at < bytes.size(); at++)
        missed += open_and_verify(flipped(bytes, at * 8 + rng.below(8))).ok();
    CHECK(missed == 0);
}

TEST_CASE("a cut or longer file is refused on open") {
    const ModelDescription description = sample();
    const std::string bytes = model_bytes(description, 4);
    std::set<size_t> cuts = {0, 1, 7, 8, 9, 12, 16, 24, 63, 64, 65, 16383, 16384, 16385};
    for (size_t i = 1; i <= 40; i++) cuts.insert(bytes.size() * i / 41);
    for (size_t i = 1; i <= 9; i++) cuts.insert(bytes.size() - i);
    TempDir dir;
    const std::string path = dir.path("cut.gosset");
    for (size_t cut : cuts) {
        if (cut >= bytes.size()) continue;
        CAPTURE(cut);
        write_file(path, bytes.substr(0, cut));
        const Status status = ModelFile::open(path).status();
        CHECK(status.code() == StatusCode::corrupt);
        CHECK(status.message().find(path) != std::string::npos);
    }
    for (size_t more : {1, 64, 20000}) CHECK_FALSE(open_only(bytes + std::string(more, 0)).ok());
}

TEST_CASE("metadata damaged under a right hash never crashes") {
    Rng rng(seed() + 5);
    const std::string bytes = model_bytes(sample(), 5);
    const auto header =
        decode_header({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    REQUIRE_OK(header);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
        std::string damaged = bytes;
        const uint32_t hits = rng.below(4) + 1;
        for (uint32_t k = 0; k < hits; k++) {
            const size_t at = 64 + rng.below(uint32_t(header->metadata_size));
            const char interesting[] = {0,          1,          char(0x7f),
                                        char(0x80), char(0xff), char(rng.below(256))};
            damaged[at] = interesting[rng.below(6)];
        }
        rehash(damaged);
        refused += !open_and_verify(damaged).ok();
    }
    CHECK(refused > 500);  // the rest changed a number that may have any value
}

TEST_CASE("verify names the place and can be interrupted") {
    const ModelDescription description = minimal_description();
    const std::string bytes = model_bytes(description, 6);
    const Status in_segment = open_and_verify(flipped(bytes, bytes.size() * 8 - 1));
    CHECK(in_segment.message().find("model.norm.weight") != std::string::npos);
    CHECK(in_segment.message().find("codes") != std::string::npos);
    const Status in_padding = open_and_verify(flipped(bytes, 16383 * 8));
    CHECK(in_padding.message().find("offset 16383") != std::string::npos);

    const Memory memory = aligned(bytes);
    const Result<ModelFile> file = ModelFile::from_memory(memory.bytes());
    REQUIRE_OK(file);
    uint64_t last = 0;
    CHECK_OK(file->verify([&](uint64_t done, uint64_t total) {
        CHECK(total == bytes.size());
        CHECK(done > last);
        last = done;
        return true;
    }));
    CHECK(last == bytes.size());
    const Status stopped = file->verify([](uint64_t, uint64_t) { return false; });
    CHECK(stopped.code() == StatusCode::aborted);
}
