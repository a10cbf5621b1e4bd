#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/format/sample.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::test;

namespace {

size_t files_in(const std::string& directory) {
    size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) n++;
    return n;
}

ModelDescription with_segment(uint64_t size) {
    ModelDescription d = minimal_description();
    d.tensors[0].segments[0].size = size;
    return d;
}

bool says(const Status& status, const std::string& what) {
    INFO(status.message());
    return !status.ok() && status.message().find(what) != std::string::npos;
}

/// A limit on the size of files for one scope; the signal becomes the error EFBIG.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(uint64_t bytes) {
        previous_ = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &old_);
        rlimit limit = old_;
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, previous_);
    }

  private:
    rlimit old_;
    void (*previous_)(int);
};

}  // namespace

TEST_CASE("the file appears only when it is complete") {
    TempDir dir;
    const std::string path = dir.path("m.gosset"), folder = dir.path(".");
    const std::string temp = path + ".tmp-" + std::to_string(getpid());
    {
        Result<ModelWriter> writer = ModelWriter::create(path, minimal_description());
        REQUIRE_OK(writer);
        CHECK(std::filesystem::exists(temp));
        CHECK_FALSE(std::filesystem::exists(path));
        CHECK(says(writer->finish(), "only 0 of 32 bytes"));
        REQUIRE_OK(writer->write(0, 0, 0, std::vector<uint8_t>(31)));
        CHECK(says(writer->finish(), "only 31 of 32 bytes"));
        CHECK_FALSE(std::filesystem::exists(path));
    }
    CHECK(files_in(folder) == 0);
    write_file(path, "something old");
    {
        Result<ModelWriter> writer = ModelWriter::create(path, minimal_description());
        REQUIRE_OK(writer);
        REQUIRE_OK(writer->write(0, 0, 0, std::vector<uint8_t>(32)));
        CHECK(read_file(path) == "something old");
        REQUIRE_OK(writer->finish());
        CHECK_FALSE(writer->finish().ok());
        CHECK_FALSE(writer->write(0, 0, 0, std::vector<uint8_t>(32)).ok());
    }
    CHECK(files_in(folder) == 1);
    CHECK_OK(ModelFile::open(path));
}

TEST_CASE("arguments of the writer are checked") {
    TempDir dir;
    const std::string path = dir.path("m.gosset");
    ModelDescription d = minimal_description();
    d.tensors[0].params = {{"table", {1, 2, 3}}};
    Result<ModelWriter> writer = ModelWriter::create(path, d);
    REQUIRE_OK(writer);
    const std::vector<uint8_t> bytes(33);
    CHECK(says(writer->write(1, 0, 0, bytes), "no segment 0 of tensor 1"));
    CHECK(says(writer->write(0, 1, 0, bytes), "no segment 1 of tensor 0"));
    CHECK(says(writer->write(0, 0, 0, bytes), "do not fit"));
    CHECK(says(writer->write(0, 0, UINT64_MAX, bytes), "do not fit"));
    CHECK(says(writer->set_param(0, "tables", bytes), "declares no param 'tables'"));
    CHECK(says(writer->set_param(0, "table", bytes), "has 3 bytes, not 33"));
    CHECK(says(writer->set_param(7, "table", bytes), "no tensor 7"));
    CHECK(says(ModelWriter::create(path, d).status(), "already being written"));

    REQUIRE_OK(writer->write(0, 0, 0, std::span(bytes).first(32)));
    REQUIRE_OK(writer->set_param(0, "table", std::vector<uint8_t>{7, 8, 9}));
    writer->set_measured(0, 0.25f);
    REQUIRE_OK(writer->finish());
    const Result<ModelFile> file = ModelFile::open(path);
    REQUIRE_OK(file);
    CHECK(file->tensors()[0].rel_mse == 0.25f);
    CHECK(file->tensors()[0].param("table")->bytes[2] == 9);
}

TEST_CASE("a measured value that readers refuse is not written") {
    TempDir dir;
    Result<ModelWriter> writer = ModelWriter::create(dir.path("m"), minimal_description());
    REQUIRE_OK(writer);
    REQUIRE_OK(writer->write(0, 0, 0, std::vector<uint8_t>(32)));
    writer->set_measured(0, -1.0f);
    CHECK(says(writer->finish(), "rel_mse"));
}

TEST_CASE("places that cannot be written") {
    TempDir dir;
    const ModelDescription d = minimal_description();
    const std::string missing = dir.path("missing/m.gosset");
    CHECK(says(ModelWriter::create(missing, d).status(), missing));
    CHECK(says(ModelWriter::create("", d).status(), "empty"));
    CHECK(says(ModelWriter::create(dir.path("."), d).status(), "not a regular file"));
    CHECK(says(ModelWriter::create("/dev/null", d).status(), "not a regular file"));
    CHECK(says(ModelWriter::create(std::string(5000, 'p'), d).status(), "too long"));
    ModelDescription bad = d;
    bad.config.heads = 0;
    CHECK(says(ModelWriter::create(dir.path("m"), bad).status(), "heads is 0"));
    CHECK(says(ModelWriter::create(dir.path("m"), with_segment(UINT64_MAX)).status(), "largest"));
    CHECK(files_in(dir.path(".")) == 0);
}

TEST_CASE("a temporary file of a dead process is replaced") {
    TempDir dir;
    const std::string path = dir.path("m.gosset");
    write_file(path + ".tmp-" + std::to_string(getpid()), std::string(100000, 'z'));
    CHECK_OK(write_model(path, minimal_description(), 1));
    CHECK_OK(ModelFile::open(path));
    CHECK(files_in(dir.path(".")) == 1);
}

TEST_CASE("what a signal handler calls removes temporary files") {
    TempDir dir;
    Result<ModelWriter> a = ModelWriter::create(dir.path("a"), minimal_description());
    Result<ModelWriter> b = ModelWriter::create(dir.path("b"), minimal_description());
    REQUIRE_OK(a);
    REQUIRE_OK(b);
    CHECK(files_in(dir.path(".")) == 2);
    remove_temp_files();
    CHECK(files_in(dir.path(".")) == 0);
}

TEST_CASE("too many writers at once are refused, and slots come back") {
    TempDir dir;
    for (int round = 0; round < 2; round++) {
        std::vector<ModelWriter> writers;
        Status status;
        for (int i = 0; status.ok() && i < 40; i++) {
            auto w = ModelWriter::create(dir.path(std::to_string(i)), minimal_description());
            status = w.status();
            if (w.ok()) writers.push_back(std::move(*w));
        }
        CHECK(status.code() == StatusCode::limit);
        CHECK(writers.size() == 16);
    }
    CHECK(files_in(dir.path(".")) == 0);
}

TEST_CASE("a full disk is known before the work begins") {
    TempDir dir;
    const FileSizeLimit limit(100000);
    const Status status = ModelWriter::create(dir.path("m"), with_segment(1 << 20)).status();
    CHECK(status.code() == StatusCode::io);
    CHECK(says(status, dir.path("m")));
    CHECK(says(status, std::to_string(16384 + (1 << 20)) + " bytes"));
    CHECK(files_in(dir.path(".")) == 0);
}

TEST_CASE("a disk that fills up while writing") {
    TempDir dir;
    const std::string path = dir.path("m");
    {
        Result<ModelWriter> writer = ModelWriter::create(path, with_segment(1 << 20));
        REQUIRE_OK(writer);
        const FileSizeLimit limit(200000);
        // A short write up to the limit, then the error.
        const Status status = writer->write(0, 0, 0, std::vector<uint8_t>(1 << 20));
        CHECK(status.code() == StatusCode::io);
        CHECK(says(status, "cannot write"));
        CHECK(says(writer->finish(), "only 0 of"));
    }
    CHECK(files_in(dir.path(".")) == 0);
}

TEST_CASE("a really full file system") {
    TempDir dir;
    const std::string mount_point = dir.path("disk");
    std::filesystem::create_directories(mount_point);
    GOSSET_SKIP_IF(mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=1m") != 0,
                   "cannot mount a small tmpfs (not root)");
    const Status full = ModelWriter::create(mount_point + "/m", with_segment(2 << 20)).status();
    const size_t left = files_in(mount_point);
    const Status fits = write_model(mount_point + "/m", with_segment(1 << 19), 1);
    umount(mount_point.c_str());
    CHECK(full.code() == StatusCode::io);
    CHECK(says(full, "No space left"));
    CHECK(left == 0);
    CHECK_OK(fits);
}

TEST_CASE("many threads write at once") {
    TempDir dir;
    const std::string path = dir.path("m.gosset");
    ModelDescription d = minimal_description();
    for (uint32_t i = 1; i < 8; i++) {
        d.tensors.push_back(d.tensors[0]);
        d.tensors[i].name += std::to_string(i);
        d.tensors[i].segments[0].size = 100000;
    }
    Result<ModelWriter> writer = ModelWriter::create(path, d);
    REQUIRE_OK(writer);
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (size_t i = 0; i < 8; i++)
        threads.emplace_back([&, i] {
            const auto bytes = segment_bytes(9, i, 0, d.tensors[i].segments[0].size);
            for (size_t at = 0; at < bytes.size(); at += 1000) {
                const auto part =
                    std::span(bytes).subspan(at, std::min<size_t>(1000, bytes.size() - at));
                failures += !writer->write(i, 0, at, part).ok();
            }
            writer->set_measured(i, float(i));
        });
    for (std::thread& t : threads) t.join();
    CHECK(failures == 0);
    REQUIRE_OK(writer->finish());
    const Result<ModelFile> file = ModelFile::open(path);
    REQUIRE_OK(file);
    CHECK_OK(file->verify());
    for (size_t i = 0; i < 8; i++) {
        const TensorView& t = file->tensors()[i];
        const auto bytes = segment_bytes(9, i, 0, t.segments[0].bytes.size());
        CHECK(std::memcmp(bytes.data(), t.segments[0].bytes.data(), bytes.size()) == 0);
        CHECK(t.rel_mse == float(i));
    }
}

TEST_CASE("a file of more than 4 GiB opens without being read") {
    GOSSET_SKIP_IF(sizeof(void*) < 8, "a 32-bit program cannot map it");
    ModelDescription d = with_segment(uint64_t(5) << 30);
    d.tensors.push_back(minimal_description().tensors[0]);
    d.tensors[1].name = "behind";
    Header header;
    lay_out(d, header);
    TempDir dir;
    const std::string path = dir.path("large.gosset");
    write_file(path, assemble_front(d, header));
    GOSSET_SKIP_IF(truncate(path.c_str(), off_t(header.file_size)) != 0, "no sparse files here");
    {
        std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(std::streamoff(d.tensors[1].segments[0].offset));
        out.write("the last segment", 16);
    }
    const Result<ModelFile> file = ModelFile::open(path);
    REQUIRE_OK(file);
    const SegmentView& s = file->tensors()[1].segments[0];
    CHECK(s.offset > (uint64_t(5) << 30));
    CHECK(std::memcmp(s.bytes.data(), "the last segment", 16) == 0);
    CHECK(file->bytes().size() == header.file_size);
}
