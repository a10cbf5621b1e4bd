#include <cstring>

#include "format/header.hpp"
#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

/// A sound file with `value` written over its header at `at`, under a right hash where possible.
template <class T>
Status open_with(size_t at, T value) {
    std::string bytes = model_bytes(minimal_description(), 1);
    for (size_t i = 0; i < sizeof(T); i++) bytes[at + i] = char(uint8_t(value >> (8 * i)));
    return open_only(bytes);
}

bool says(const Status& status, const char* what) {
    INFO(status.message());
    return !status.ok() && status.message().find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("the header is 64 little-endian bytes") {
    Header h;
    h.version = 0x01020304, h.features = 0x1112131415161718, h.file_size = 0x2122232425262728;
    h.metadata_offset = 0x3132333435363738, h.metadata_size = 0x4142434445464748;
    h.data_offset = 0x5152535455565758, h.xxh3 = 0x6162636465666768;
    const uint8_t expected[] = {0x89, 'G',  'O',  'S',  'S',  'T',  0x0d, 0x0a, 0x04, 0x03, 0x02,
                                0x01, 64,   0,    0,    0,    0x18, 0x17, 0x16, 0x15, 0x14, 0x13,
                                0x12, 0x11, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0x38,
                                0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31, 0x48, 0x47, 0x46, 0x45,
                                0x44, 0x43, 0x42, 0x41, 0x58, 0x57, 0x56, 0x55, 0x54, 0x53, 0x52,
                                0x51, 0x68, 0x67, 0x66, 0x65, 0x64, 0x63, 0x62, 0x61};
    static_assert(sizeof(expected) == 64);
    CHECK(std::memcmp(encode_header(h).data(), expected, 64) == 0);
}

TEST_CASE("what is not a gosset file is told what it is") {
    CHECK(says(open_only(""), "empty"));
    CHECK(says(open_only(std::string(5000, 'x')), "not a gosset file"));
    CHECK(says(open_only("x"), "not a gosset file"));
    CHECK(says(open_only("GGUF" + std::string(100, '\0')), "gosset quantize"));
    CHECK(says(open_only("GGUF"), "gosset quantize"));
    CHECK(says(open_only("\x89GOSS"), "cut"));
    CHECK(says(open_only("\x89GOSST\r\n" + std::string(20, '\1')), "cut"));
    CHECK(says(open_only("\x89GOSST\n" + std::string(100, '\1')), "line ends"));
}

TEST_CASE("unknown versions and features are refused by number") {
    for (uint32_t version : {0u, 2u, 77u, UINT32_MAX}) {
        const Status status = open_with<uint32_t>(8, version);
        CHECK(status.code() == StatusCode::unsupported);
        CHECK(says(status, ("version " + std::to_string(version)).c_str()));
    }
    for (uint32_t bit : {0u, 1u, 31u, 32u, 63u}) {
        const Status status = open_with<uint64_t>(16, uint64_t(1) << bit);
        CHECK(status.code() == StatusCode::unsupported);
        CHECK(says(status, ("feature bit " + std::to_string(bit)).c_str()));
    }
    CHECK(says(open_with<uint64_t>(16, 0x8000000000000006), "1, 2, 63"));
}

TEST_CASE("sizes and offsets of the header") {
    const struct {
        size_t at;
        uint64_t value;
        const char* message;
    } cases[] = {
        {24, 0, "header says"},
        {24, UINT64_MAX, "cut"},
        {32, 0, "metadata"},
        {32, 32, "metadata"},
        {32, 65, "metadata"},
        {32, UINT64_MAX - 63, "metadata"},
        {32, 16384, "metadata"},
        {40, UINT64_MAX, "metadata"},
        {40, 16384, "metadata"},
        {40, 0, "hash"},
        {48, 0, "data offset"},
        {48, 64, "data offset"},
        {48, 16385, "data offset"},
        {48, 32768, "data offset"},
        {48, UINT64_MAX & ~uint64_t(16383), "data offset"},
        {56, 0, "hash"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.at);
        CAPTURE(c.value);
        CHECK(says(open_with<uint64_t>(c.at, c.value), c.message));
    }
    for (uint32_t size : {0u, 63u, 65u, 128u})
        CHECK(says(open_with<uint32_t>(12, size), "header size"));
}

TEST_CASE("metadata without room for a FlatBuffer") {
    for (uint64_t size : {0u, 1u, 4u, 7u, 8u, 12u}) {
        CAPTURE(size);
        std::string bytes = model_bytes(minimal_description(), 1);
        bytes[40] = char(size), bytes[41] = 0;
        rehash(bytes);
        CHECK(says(open_only(bytes), "metadata"));
    }
}
