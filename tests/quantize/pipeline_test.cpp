#include "tools/quantize/pipeline.hpp"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "format/reader.hpp"
#include "simd/hadamard.hpp"
#include "tests/quantize/memory_source.hpp"
#include "tests/support/support.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

/// Row-major dense R of a rotation, from its definition.
std::vector<double> dense_rotation(const Rotation& rotation, size_t n) {
    std::vector<double> r(n * n, 1.0 / std::sqrt(double(n)));
    size_t inner = n;
    for (uint32_t f : rotation.factors) {
        inner /= f;
        const std::vector<float> h = hadamard_matrix(f);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                r[i * n + j] *= double(h[i / inner % f * f + j / inner % f]);
    }
    std::vector<uint32_t> signs((n + 31) / 32);
    hadamard_signs(rotation.sign_seed, n, signs.data());
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (signs[j / 32] >> (j % 32) & 1) r[i * n + j] = -r[i * n + j];
    return r;
}

/// The tensor's weights by the scalar definitions alone: reference decoder and dense R^T.
std::vector<double> decode(const TensorView& t) {
    if (t.shape.size() == 1) {
        std::vector<float> raw(t.cols());
        REQUIRE(t.segment("codes")->bytes.size() == 4 * t.cols());
        std::memcpy(raw.data(), t.segment("codes")->bytes.data(), 4 * t.cols());
        return {raw.begin(), raw.end()};
    }
    const Codec* codec = find_codec(t.codec.data(), t.codec.size());
    REQUIRE(codec);
    size_t width = 1;
    for (uint32_t f : t.rotation.factors) width *= f;
    if (t.rotation.none()) width = t.cols();
    const size_t stored = padded_cols(width);
    REQUIRE(t.segment("codes")->bytes.size() == codes_size(*codec, t.rows(), stored));
    float table[kScaleTable] = {};
    std::vector<uint16_t> scales(padded_rows(t.rows()));
    if (codec->scale != ScaleKind::none) {
        REQUIRE(t.segment("row_scales")->bytes.size() == 2 * scales.size());
        std::memcpy(scales.data(), t.segment("row_scales")->bytes.data(), 2 * scales.size());
        REQUIRE(t.param("table")->bytes.size() == sizeof table);
        std::memcpy(table, t.param("table")->bytes.data(), sizeof table);
    }
    const uint8_t* params = nullptr;
    if (codec->params_bytes) {
        REQUIRE(t.segment("params")->bytes.size() == codec->params_bytes);
        params = t.segment("params")->bytes.data();
    }
    const Weights w{t.segment("codes")->bytes.data(), scales.data(),        table, params,
                    uint32_t(scales.size() / 16),     uint32_t(stored / 32)};
    std::vector<double> r;
    if (!t.rotation.none()) r = dense_rotation(t.rotation, width);
    std::vector<double> out(t.rows() * t.cols());
    std::vector<float> row(stored);
    for (size_t i = 0; i < t.rows(); i++) {
        codec->reference->decode_row(w, uint32_t(i), row.data());
        for (size_t c = 0; c < t.cols(); c++) {
            double sum = t.rotation.none() ? double(row[c]) : 0.0;
            for (size_t k = 0; k < width && !r.empty(); k++)
                sum += r[k * width + c] * double(row[k]);
            out[i * t.cols() + c] = sum;
        }
    }
    return out;
}

double rel_mse(const std::vector<float>& original, const std::vector<double>& decoded) {
    double error = 0, energy = 0;
    for (size_t i = 0; i < original.size(); i++) {
        const double d = double(original[i]) - decoded[i];
        error += d * d, energy += double(original[i]) * double(original[i]);
    }
    return error / energy;
}

/// Relative error that a codec may have on Gaussian weights: 6 dB above Shannon's bound, or the
/// rounding of a float format.
double allowed(const std::string& codec) {
    if (codec == "f32") return 0;
    if (codec == "f16") return 1e-7;
    if (codec == "bf16") return 5e-6;
    return 4 * std::pow(2.0, -2 * double(find_codec(codec.data(), codec.size())->nominal_bits));
}

Options options_for(const std::string& codec, int threads = 2) {
    Options o;
    o.plan.codec = codec, o.plan.head_codec = codec, o.threads = threads;
    return o;
}

/// Names of what is in a folder.
std::vector<std::string> listing(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& e : std::filesystem::directory_iterator(folder))
        names.push_back(e.path().filename().string());
    return names;
}

}  // namespace

TEST_CASE("every codec: what is written decodes to what was read") {
    const test::TempDir dir;
    const std::string path = dir.path("m.gosset");
    const struct {
        uint64_t dim, ffn;
        bool tied;
    } shapes[] = {{172, 33, true}, {64, 576, false}};
    for (const Codec* codec : all_codecs()) {
        for (const auto& shape : shapes) {
            CAPTURE(codec->name);
            CAPTURE(shape.dim);
            const auto source = test::make_model(shape.dim, shape.ffn, shape.tied, test::seed());
            const auto report = quantize_model(source, path, options_for(codec->name));
            REQUIRE_OK(report);
            const auto file = ModelFile::open(path);
            REQUIRE_OK(file);
            CHECK(file->config().dim == shape.dim);
            REQUIRE(file->tensors().size() == source.tensors_.size());
            REQUIRE(report->tensors.size() == source.tensors_.size());
            uint64_t bytes = 0;
            for (size_t i = 0; i < source.tensors_.size(); i++) {
                const TensorView& t = file->tensors()[i];
                CAPTURE(t.name);
                CHECK(t.name == source.tensors_[i].name);
                CHECK(t.shape == source.tensors_[i].shape);
                const double measured = rel_mse(source.values_[i], decode(t));
                const double rounding = t.rotation.none() ? 0.0 : 1e-12;  // of the transform
                CHECK(measured <= allowed(std::string(t.codec)) + rounding);
                CHECK(report->tensors[i].rel_mse == doctest::Approx(measured).epsilon(1e-3));
                CHECK(double(t.rel_mse) == doctest::Approx(measured).epsilon(1e-3));
                for (const SegmentView& s : t.segments) bytes += s.bytes.size();
            }
            CHECK(report->bpw == doctest::Approx(8.0 * double(bytes) / double(report->weights)));
            CHECK(report->file_bytes == std::filesystem::file_size(path));
        }
    }
}

TEST_CASE("the bytes do not depend on the threads") {
    const test::TempDir dir;
    const auto source = test::make_model(96, 700, false, test::seed());
    for (const char* codec : {"f16", "q4", "e8n4"}) {
        std::string first;
        for (int threads : {1, 2, 3}) {
            const std::string path = dir.path("m.gosset");
            REQUIRE_OK(quantize_model(source, path, options_for(codec, threads)));
            const std::string bytes = test::read_file(path);
            REQUIRE(!bytes.empty());
            if (threads == 1) first = bytes;
            CHECK(bytes == first);
        }
    }
}

TEST_CASE("a weight that is not finite is an error that names it") {
    const test::TempDir dir;
    for (const char* name : {"model.layers.0.mlp.up_proj.weight", "model.norm.weight"}) {
        for (float bad :
             {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
            auto source = test::make_model(64, 96, false, test::seed());
            source.values_[source.index_of(name)][37] = bad;
            const Status s =
                quantize_model(source, dir.path("m.gosset"), options_for("q4")).status();
            CHECK(s.code() == StatusCode::corrupt);
            CHECK(s.message().find(name) != std::string::npos);
            CHECK(s.message().find("column 37") != std::string::npos);
            CHECK(listing(dir.path("")).empty());
        }
    }
}

TEST_CASE("weights too large for a codec are an error, not infinities") {
    const test::TempDir dir;
    for (const char* codec : {"f16", "q4", "e8n4"}) {
        CAPTURE(codec);
        auto source = test::make_model(64, 96, false, test::seed());
        for (float& v : source.values_[source.index_of("model.layers.0.mlp.up_proj.weight")])
            v *= 1e37f;
        const Status s = quantize_model(source, dir.path("m.gosset"), options_for(codec)).status();
        CHECK(s.code() == StatusCode::corrupt);
        CHECK(listing(dir.path("")).empty());
    }
}

TEST_CASE("an aborted run leaves the old file and nothing else") {
    const test::TempDir dir;
    const std::string path = dir.path("m.gosset");
    test::write_file(path, "what was there");
    const auto source = test::make_model(64, 96, false, test::seed());
    for (int after : {0, 5}) {
        Options options = options_for("q4");
        int calls = 0;
        options.progress = [&](const Progress&) { return calls++ < after; };
        const Status s = quantize_model(source, path, options).status();
        CHECK(s.code() == StatusCode::aborted);
        CHECK(listing(dir.path("")) == std::vector<std::string>{"m.gosset"});
        CHECK(test::read_file(path) == "what was there");
    }
    REQUIRE_OK(quantize_model(source, path, options_for("q4")));
    CHECK_OK(ModelFile::open(path));
    CHECK(listing(dir.path("")) == std::vector<std::string>{"m.gosset"});
}

TEST_CASE("progress counts every weight once") {
    const test::TempDir dir;
    const auto source = test::make_model(64, 96, true, test::seed());
    Options options = options_for("q8", 3);
    uint64_t last = 0, total = 0;
    options.progress = [&](const Progress& p) {
        if (std::string(p.phase) != "quantize") return true;
        CHECK(p.done > last);
        last = p.done, total = p.total;
        return true;
    };
    const auto report = quantize_model(source, dir.path("m.gosset"), options);
    REQUIRE_OK(report);
    CHECK(last == total);
    CHECK(total == report->weights);
}
