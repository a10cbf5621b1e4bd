// Calibration of a real (tiny) model: what is summed, what it buys, and that nothing of it depends
// on the threads.
#include "tools/quantize/calibration.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "format/reader.hpp"
#include "runtime/base/math.hpp"
#include "runtime/model/bind.hpp"
#include "runtime/session/session.hpp"
#include "runtime/session/tokenizer.hpp"
#include "simd/dispatch.hpp"
#include "tests/support/support.hpp"
#include "tools/import/source.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

std::string read(const std::string& path, size_t most) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str().substr(0, most);
}

std::string bytes_of(const std::string& path) {
    return read(path, std::string::npos);
}

/// Mean negative log-likelihood of `ids`, in windows of 128, f32 cache.
double nll(const std::string& path, const std::string& text) {
    auto file = ModelFile::open(path);
    REQUIRE(file.ok());
    auto model = bind_model(*file, **select_isa());
    REQUIRE(model.ok());
    SessionShape shape;
    shape.context = 128, shape.batch = 128, shape.kv_type = KvType::f32;
    auto session = Session::create(**model, shape, {});
    REQUIRE(session.ok());
    const Tokenizer tokenizer(&file->tokenizer());
    auto ids = tokenizer.encode(text, {false, false});
    REQUIRE(ids.ok());
    double sum = 0;
    size_t count = 0;
    for (size_t w = 0; w + 128 <= ids->size(); w += 128) {
        const std::span<const uint32_t> window(ids->data() + w, 128);
        REQUIRE((*session)->feed(window, 0, 0, Want::all, nullptr).ok());
        for (uint32_t i = 0; i + 1 < 128; i++) {
            const float* logits = (*session)->logits(i);
            sum += double((*model)->ops->log_sum_exp(logits, (*model)->config.vocab) -
                          logits[window[i + 1]]);
            count++;
        }
    }
    return sum / double(count);
}

}  // namespace

TEST_CASE("calibration of stories260K") {
    const std::string model_path = test::data("models/stories260K/stories260Ktok512.gguf");
    const std::string text_path = test::data("text/tinystories_train_head.txt");
    if (model_path.empty() || text_path.empty()) return;
    auto source = open_source(model_path);
    REQUIRE(source.ok());
    const std::string text = read(text_path, 60000);
    const test::TempDir dir;

    Options options;
    options.plan.codec = "e8n3";
    const std::string rough = dir.path("rough.gosset"), fine = dir.path("fine.gosset");
    REQUIRE(quantize_model(**source, rough, options).ok());
    options.calibration.text = text.substr(0, 30000);
    options.calibration.tokens = 4096;

    SUBCASE("the loss in perplexity shrinks, whatever the threads and the memory") {
        std::string first;
        for (const int threads : {1, 2, 3}) {
            options.threads = threads;
            // A batch of layers at a time, at the least one.
            options.calibration.memory = threads == 3 ? 1 : uint64_t(2) << 30;
            auto report = quantize_model(**source, fine, options);
            REQUIRE_MESSAGE(report.ok(), report.status().message());
            if (first.empty()) first = bytes_of(fine);
            CHECK(bytes_of(fine) == first);
            CHECK_FALSE(std::filesystem::exists(fine + ".calibration"));
        }
        Options exact;
        exact.plan.codec = "f32";
        const std::string base = dir.path("base.gosset");
        REQUIRE(quantize_model(**source, base, exact).ok());
        const std::string held_out = text.substr(30000);
        const double b = nll(base, held_out), r = nll(rough, held_out), f = nll(fine, held_out);
        MESSAGE("nll: f32 " << b << ", e8n3 " << r << ", calibrated " << f);
        CHECK(f - b < 0.75 * (r - b));
    }
    SUBCASE("the head takes part") {
        options.plan.codec = "q8", options.plan.head_codec = "e8c2";
        options.calibration.text.clear();
        REQUIRE(quantize_model(**source, rough, options).ok());
        options.calibration.text = text.substr(0, 30000);
        std::string first;
        for (const int threads : {1, 3}) {
            options.threads = threads;
            options.calibration.memory = threads == 3 ? 1 : uint64_t(2) << 30;
            REQUIRE_OK(quantize_model(**source, fine, options));
            if (first.empty()) first = bytes_of(fine);
            CHECK(bytes_of(fine) == first);
        }
        Options exact;
        exact.plan.codec = "q8";
        const std::string base = dir.path("base.gosset");
        REQUIRE(quantize_model(**source, base, exact).ok());
        const std::string held_out = text.substr(30000);
        const double b = nll(base, held_out), r = nll(rough, held_out), f = nll(fine, held_out);
        MESSAGE("nll: q8 " << b << ", head in e8c2 " << r << ", calibrated " << f);
        CHECK(f - b < 0.85 * (r - b));
    }
    SUBCASE("a short text, or one that is not UTF-8, is refused and nothing is left") {
        options.calibration.text = "Once upon a time";
        auto report = quantize_model(**source, fine, options);
        REQUIRE_FALSE(report.ok());
        CHECK(report.status().message().find("at least 64") != std::string::npos);
        options.calibration.text = std::string(2000, '\xff');
        CHECK_FALSE(quantize_model(**source, fine, options).ok());
        CHECK_FALSE(std::filesystem::exists(fine));
        CHECK_FALSE(std::filesystem::exists(fine + ".calibration"));
    }
    SUBCASE("a stop while calibrating leaves nothing") {
        options.progress = [](const Progress& p) { return std::string(p.phase) != "calibrate"; };
        CHECK_FALSE(quantize_model(**source, fine, options).ok());
        CHECK_FALSE(std::filesystem::exists(fine));
        CHECK_FALSE(std::filesystem::exists(fine + ".calibration"));
    }
}

TEST_CASE("second moments are the sums of the rotated inputs") {
    const std::string model_path = test::data("models/stories260K/stories260Ktok512.gguf");
    const std::string text_path = test::data("text/tinystories_train_head.txt");
    if (model_path.empty() || text_path.empty()) return;
    auto source = open_source(model_path);
    REQUIRE(source.ok());
    const test::TempDir dir;
    Options options;
    options.calibration.text = read(text_path, 4000);
    options.calibration.tokens = 512;
    auto calibrator = Calibrator::make(**source, dir.path("m.gosset"), options);
    REQUIRE(calibrator.ok());
    const uint64_t cols = uint64_t((*source)->config().dim);
    HadamardSet tables;
    const OpKernels& ops = op_kernels(**select_isa());
    const RowTransform identity;
    auto rotation = choose_rotation(cols, 1);
    REQUIRE(rotation.ok());
    auto rotated = RowTransform::make(*rotation, cols, ops, tables);
    REQUIRE(rotated.ok());
    auto plain = (*calibrator)->second_moments({{1, InputSite::qkv, cols, cols, &identity}});
    auto turned =
        (*calibrator)->second_moments({{1, InputSite::qkv, cols, rotated->width(), &*rotated}});
    REQUIRE((plain.ok() && turned.ok()));
    double trace = 0, rotated_trace = 0;
    for (uint64_t i = 0; i < cols; i++) trace += double((*plain)[0][i * cols + i]);
    for (uint64_t i = 0; i < rotated->width(); i++)
        rotated_trace += double((*turned)[0][i * rotated->width() + i]);
    CHECK(trace > 0);
    CHECK(rotated_trace == doctest::Approx(trace).epsilon(1e-4));
}
