#include "tools/quantize/export.hpp"

#include <filesystem>

#include "runtime/base/half.hpp"
#include "tests/quantize/memory_source.hpp"
#include "tests/quantize/safetensors.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/safetensors_writer.hpp"

using namespace gosset;
using namespace gosset::quantize;

TEST_CASE("f32 comes back exactly, bf16 rounded") {
    const test::TempDir dir;
    const auto source = test::make_model(172, 33, false, test::seed());
    Options options;
    options.plan.codec = "f32";
    REQUIRE_OK(quantize_model(source, dir.path("m.gosset"), options));
    const auto report = export_model(dir.path("m.gosset"), dir.path("f32.st"), ExportType::f32, {});
    REQUIRE_OK(report);
    CHECK(report->tensors == source.tensors_.size());
    CHECK(report->bytes == std::filesystem::file_size(dir.path("f32.st")));
    REQUIRE_OK(export_model(dir.path("m.gosset"), dir.path("bf16.st"), ExportType::bf16, {}));
    const test::Safetensors f32 = test::read_safetensors(dir.path("f32.st"));
    const test::Safetensors bf16 = test::read_safetensors(dir.path("bf16.st"));
    CHECK(f32.header.size() == source.tensors_.size() + 1);
    for (size_t i = 0; i < source.tensors_.size(); i++) {
        const SourceTensor& t = source.tensors_[i];
        CAPTURE(t.name);
        CHECK(f32.header[t.name]["dtype"] == "F32");
        CHECK(f32.header[t.name]["shape"] == t.shape);
        CHECK(bf16.header[t.name]["dtype"] == "BF16");
        CHECK(f32.values<float>(t.name) == source.values_[i]);
        std::vector<uint16_t> rounded;
        for (float v : source.values_[i]) rounded.push_back(f32_to_bf16(v));
        CHECK(bf16.values<uint16_t>(t.name) == rounded);
    }
}

TEST_CASE("rotated codecs come back in the original basis") {
    const test::TempDir dir;
    const auto source = test::make_model(172, 576, true, test::seed());
    for (const char* codec : {"q8", "e8n4"}) {
        Options options;
        options.plan.codec = codec, options.plan.head_codec = codec;
        const auto report = quantize_model(source, dir.path("m.gosset"), options);
        REQUIRE_OK(report);
        REQUIRE_OK(export_model(dir.path("m.gosset"), dir.path("m.st"), ExportType::f32, {}));
        const test::Safetensors st = test::read_safetensors(dir.path("m.st"));
        for (size_t i = 0; i < source.tensors_.size(); i++) {
            const std::vector<float> got = st.values<float>(source.tensors_[i].name);
            REQUIRE(got.size() == source.values_[i].size());
            double error = 0, energy = 0;
            for (size_t k = 0; k < got.size(); k++) {
                const double d = double(got[k]) - double(source.values_[i][k]);
                error += d * d, energy += double(got[k]) * double(got[k]);
            }
            const double bound = report->tensors[i].rel_mse * 1.1 + 1e-12;
            // Padding takes its share of the error: 172 of 192 columns are kept.
            CHECK(error / energy <= bound);
        }
    }
}

TEST_CASE("an aborted or failed export leaves nothing new") {
    const test::TempDir dir, out;
    const auto source = test::make_model(64, 96, false, test::seed());
    Options options;
    options.plan.codec = "q4";
    REQUIRE_OK(quantize_model(source, dir.path("m.gosset"), options));
    int calls = 0;
    const Status s =
        export_model(dir.path("m.gosset"), out.path("m.st"), ExportType::f32, [&](const Progress&) {
            return calls++ < 3;
        }).status();
    CHECK(s.code() == StatusCode::aborted);
    CHECK(std::filesystem::is_empty(out.path("")));
    CHECK_FALSE(export_model(dir.path("no"), out.path("m.st"), ExportType::f32, {}).ok());
    CHECK(std::filesystem::is_empty(out.path("")));
}

TEST_CASE("the safetensors writer keeps its promises about names and sizes") {
    const test::TempDir dir;
    const std::string path = dir.path("x.st");
    CHECK_FALSE(SafetensorsWriter::create(path, {{"a", "F32", 4, {1}}, {"a", "F32", 4, {1}}}).ok());
    CHECK_FALSE(SafetensorsWriter::create(path, {{"a", "F32", 4, {UINT64_MAX, 2}}}).ok());
    const std::string odd = "quote \" backslash \\ bell \a";
    auto w = SafetensorsWriter::create(path, {{odd, "F32", 4, {1, 2}}});
    REQUIRE_OK(w);
    const std::vector<uint8_t> bytes = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    CHECK_OK(w->write(std::span(bytes).first(4)));
    CHECK_FALSE(w->write(std::span(bytes).first(5)).ok());  // one too many
    CHECK_FALSE(w->finish().ok());                          // four are missing
    CHECK_OK(w->write(std::span(bytes).subspan(4, 4)));
    CHECK_OK(w->finish());
    const test::Safetensors st = test::read_safetensors(path);
    CHECK(st.values<uint8_t>(odd) == std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7});
}
