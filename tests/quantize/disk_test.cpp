#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "tests/quantize/memory_source.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/export.hpp"
#include "tools/quantize/pipeline.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

/// No file may grow beyond `bytes` while it lives: what a full disk looks like.
class FileLimit {
  public:
    explicit FileLimit(rlim_t bytes) {
        previous_handler_ = ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        rlimit limit = previous_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileLimit() {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        ::signal(SIGXFSZ, previous_handler_);
    }

  private:
    rlimit previous_{};
    void (*previous_handler_)(int);
};

bool is_empty(const test::TempDir& dir) {
    return std::filesystem::is_empty(dir.path(""));
}

Options f32_options() {
    Options o;
    o.plan.codec = "f32";
    return o;
}

}  // namespace

TEST_CASE("a full disk is an I/O error and leaves nothing") {
    const test::TempDir dir, models;
    const auto source = test::make_model(64, 200, false, test::seed());
    REQUIRE_OK(quantize_model(source, models.path("m.gosset"), f32_options()));
    const FileLimit limit(40000);
    const Status s = quantize_model(source, dir.path("m.gosset"), f32_options()).status();
    CHECK(s.code() == StatusCode::io);
    CHECK(s.message().find("m.gosset") != std::string::npos);
    CHECK(is_empty(dir));
    const Status e =
        export_model(models.path("m.gosset"), dir.path("m.st"), ExportType::f32, {}).status();
    CHECK(e.code() == StatusCode::io);
    CHECK(is_empty(dir));
}

TEST_CASE("a folder that is not there is an I/O error that names the path") {
    const test::TempDir dir, models;
    const auto source = test::make_model(64, 96, false, test::seed());
    REQUIRE_OK(quantize_model(source, models.path("m.gosset"), f32_options()));
    for (const char* name : {"missing/m.gosset", "file/m.gosset"}) {
        test::write_file(dir.path("file"), "a file, not a folder");
        const Status s = quantize_model(source, dir.path(name), f32_options()).status();
        CHECK(s.code() == StatusCode::io);
        CHECK(s.message().find(name) != std::string::npos);
        const Status e =
            export_model(models.path("m.gosset"), dir.path(name), ExportType::f32, {}).status();
        CHECK(e.code() == StatusCode::io);
        CHECK(e.message().find(name) != std::string::npos);
    }
}
