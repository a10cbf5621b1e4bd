#include "platforms/file_map.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "platforms/memory.hpp"
#include "runtime/base/rng.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

std::string random_bytes(size_t n) {
    Rng rng(seed());
    std::string s(n, '\0');
    for (char& c : s) c = char(rng.below(256));
    return s;
}

bool same(std::span<const uint8_t> a, const std::string& b) {
    return a.size() == b.size() && (b.empty() || std::memcmp(a.data(), b.data(), b.size()) == 0);
}

}  // namespace

TEST_CASE("a file is mapped whole") {
    TempDir dir;
    for (size_t size : {0, 1, 4095, 4096, 4097, 100000}) {
        const std::string bytes = random_bytes(size), path = dir.path("f");
        write_file(path, bytes);
        Result<FileMap> map = FileMap::open(path);
        REQUIRE_OK(map);
        CHECK(same(map->bytes(), bytes));
        FileMap moved = std::move(*map);
        CHECK(map->bytes().empty());
        CHECK(same(moved.bytes(), bytes));
        moved.reset();
        CHECK(moved.bytes().empty());
        moved.reset();
    }
}

TEST_CASE("any range of a descriptor is mapped") {
    TempDir dir;
    const std::string bytes = random_bytes(3 * 65536 + 17), path = dir.path("f");
    write_file(path, bytes);
    const int fd = open(path.c_str(), O_RDONLY);
    REQUIRE(fd >= 0);
    Rng rng(seed() + 1);
    for (int i = 0; i < 200; i++) {
        const uint64_t offset = rng.below(uint32_t(bytes.size() + 1));
        const uint64_t length = rng.below(uint32_t(bytes.size() - offset + 1));
        CAPTURE(offset);
        CAPTURE(length);
        const Result<FileMap> map = FileMap::map_fd(fd, offset, length);
        REQUIRE_OK(map);
        CHECK(same(map->bytes(), bytes.substr(offset, length)));
    }
    CHECK_FALSE(FileMap::map_fd(fd, 0, bytes.size() + 1).ok());
    CHECK_FALSE(FileMap::map_fd(fd, bytes.size() + 1, 0).ok());
    CHECK_FALSE(FileMap::map_fd(fd, 1, UINT64_MAX).ok());
    CHECK_FALSE(FileMap::map_fd(fd, UINT64_MAX, UINT64_MAX).ok());
    close(fd);
    CHECK_FALSE(FileMap::map_fd(fd, 0, 1).ok());
}

TEST_CASE("what cannot be mapped is named") {
    TempDir dir;
    const Status missing = FileMap::open(dir.path("none")).status();
    CHECK(missing.code() == StatusCode::not_found);
    CHECK(missing.message().find(dir.path("none")) != std::string::npos);
    CHECK(FileMap::open(dir.path("none/below")).status().code() == StatusCode::not_found);
    CHECK(FileMap::open("").status().code() == StatusCode::not_found);
    const Status directory = FileMap::open(dir.path(".")).status();
    CHECK(directory.code() == StatusCode::invalid_argument);
    CHECK(directory.message().find("directory") != std::string::npos);
    CHECK(FileMap::open("/dev/null").status().code() == StatusCode::invalid_argument);
    REQUIRE(mkfifo(dir.path("fifo").c_str(), 0600) == 0);
    CHECK(FileMap::open(dir.path("fifo")).status().code() == StatusCode::invalid_argument);
    if (getuid() != 0) {  // root may read everything
        write_file(dir.path("secret"), "x");
        chmod(dir.path("secret").c_str(), 0);
        CHECK(FileMap::open(dir.path("secret")).status().code() == StatusCode::io);
    }
}

TEST_CASE("memory is zeroed, aligned and writable to its last byte") {
    for (size_t size : {size_t(0), size_t(1), size_t(4096), size_t(4097), kHugePage - 1, kHugePage,
                        kHugePage + 1, 3 * kHugePage + 5}) {
        for (bool huge : {false, true}) {
            Result<Memory> m = huge ? Memory::huge_pages(size) : Memory::pages(size);
            REQUIRE_OK(m);
            REQUIRE(m->size() == size);
            if (size == 0) continue;
            CHECK(reinterpret_cast<uintptr_t>(m->data()) % (huge ? kHugePage : 4096) == 0);
            CHECK(std::all_of(m->data(), m->data() + size, [](uint8_t b) { return b == 0; }));
            std::memset(m->data(), 0xa5, size);
            Memory moved = std::move(*m);
            CHECK(m->data() == nullptr);
            CHECK(moved.data()[size - 1] == 0xa5);
        }
    }
    CHECK(Memory::pages(SIZE_MAX).status().code() == StatusCode::out_of_memory);
    CHECK(Memory::huge_pages(SIZE_MAX).status().code() == StatusCode::out_of_memory);
    CHECK(Memory::huge_pages(SIZE_MAX / 2).status().code() == StatusCode::out_of_memory);
}
