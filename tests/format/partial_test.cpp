// A writer's partial file, across writers.
#include <sys/mount.h>

#include <filesystem>

#include "format/reader.hpp"
#include "format/writer.hpp"
#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

ModelDescription two_tensors() {
    ModelDescription d = minimal_description();
    d.tensors.push_back(d.tensors[0]);
    d.tensors[1].name += "2";
    return d;
}

const std::vector<uint8_t> kOnes(32, 1), kTwos(32, 2);

std::string partial_of(const TempDir& dir) {
    return dir.path("m.partial");
}

/// A run that wrote the first tensor and died.
uint64_t leave(const TempDir& dir) {
    auto writer = ModelWriter::prepare(two_tensors());
    REQUIRE_OK(writer);
    REQUIRE_OK(writer->open_partial(dir.path("m")));
    REQUIRE_OK(writer->write(0, 0, 0, kOnes));
    const auto hash = writer->hash(0);
    REQUIRE_OK(hash);
    REQUIRE_OK(writer->keep());
    return *hash;
}

}  // namespace

TEST_CASE("a kept partial file is finished by another writer, to the same bytes") {
    const TempDir dir;
    auto plain = ModelWriter::create(dir.path("plain"), two_tensors());
    REQUIRE_OK(plain);
    REQUIRE_OK(plain->write(0, 0, 0, kOnes));
    REQUIRE_OK(plain->write(1, 0, 0, kTwos));
    REQUIRE_OK(plain->finish());
    for (const int damage : {0, 1, 2, 3}) {
        CAPTURE(damage);
        const uint64_t hash = leave(dir);
        std::string bytes = read_file(partial_of(dir));
        REQUIRE(!bytes.empty());
        if (damage == 1) bytes += "behind the end";
        if (damage == 2)  // all that is not the first tensor
            for (char& c : bytes)
                if (c != 1) c = 'z';
        if (damage == 3) bytes.resize(bytes.size() / 2);
        write_file(partial_of(dir), bytes);
        auto writer = ModelWriter::prepare(two_tensors());
        REQUIRE_OK(writer);
        REQUIRE_OK(writer->open_partial(dir.path("m")));
        const auto found = writer->hash(0);
        REQUIRE_OK(found);
        CHECK((*found == hash) == (damage != 3));
        if (damage == 3) REQUIRE_OK(writer->write(0, 0, 0, kOnes));
        REQUIRE_OK(writer->take_over(0));
        CHECK_FALSE(writer->finish().ok());  // the second is missing
        REQUIRE_OK(writer->write(1, 0, 0, kTwos));
        REQUIRE_OK(writer->finish());
        CHECK(read_file(dir.path("m")) == read_file(dir.path("plain")));
        CHECK_FALSE(std::filesystem::exists(partial_of(dir)));
    }
}

TEST_CASE("a partial file stays only when it was kept") {
    const TempDir dir;
    {
        auto writer = ModelWriter::prepare(two_tensors());
        REQUIRE_OK(writer);
        REQUIRE_OK(writer->open_partial(dir.path("m")));
        CHECK(std::filesystem::exists(partial_of(dir)));
    }
    CHECK_FALSE(std::filesystem::exists(partial_of(dir)));
    leave(dir);
    remove_temp_files();  // the second Ctrl-C
    CHECK(std::filesystem::exists(partial_of(dir)));
    auto writer = ModelWriter::prepare(two_tensors());
    REQUIRE_OK(writer);
    REQUIRE_OK(writer->open_partial(dir.path("m")));
    auto second = ModelWriter::prepare(two_tensors());
    REQUIRE_OK(second);
    const Status s = second->open_partial(dir.path("m"));
    CHECK(s.message().find("another process") != std::string::npos);
    CHECK(std::filesystem::exists(partial_of(dir)));
}

TEST_CASE("the fingerprint is the description's") {
    const auto a = ModelWriter::prepare(two_tensors()), b = ModelWriter::prepare(two_tensors());
    REQUIRE_OK(a);
    REQUIRE_OK(b);
    CHECK(a->fingerprint() == b->fingerprint());
    ModelDescription other = two_tensors();
    other.config.norm_eps *= 2;
    const auto c = ModelWriter::prepare(other);
    REQUIRE_OK(c);
    CHECK(a->fingerprint() != c->fingerprint());
}

TEST_CASE("a full file system leaves a kept partial file as it is") {
    const TempDir dir;
    const std::string disk = dir.path("disk");
    std::filesystem::create_directories(disk);
    GOSSET_SKIP_IF(mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=1m") != 0,
                   "cannot mount a small tmpfs (not root)");
    ModelDescription large = two_tensors();
    large.tensors[1].segments[0].size = 32 * 40000;
    write_file(disk + "/m.partial", std::string(3000, 'p'));
    Status status;
    {
        auto writer = ModelWriter::prepare(large);
        status = writer.status();
        if (status.ok()) status = writer->open_partial(disk + "/m");
    }
    const bool there = std::filesystem::exists(disk + "/m.partial");
    umount(disk.c_str());
    CHECK(status.code() == StatusCode::io);
    CHECK(status.message().find("No space left") != std::string::npos);
    CHECK(there);
}
