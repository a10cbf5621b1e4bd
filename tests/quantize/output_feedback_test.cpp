// Feedback from row to row in a whole run: which outputs are asked for, that each block of rows
// gets its own moments, and that the bytes do not depend on the threads.
#include "tools/quantize/output_feedback.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "tests/quantize/feedback_support.hpp"
#include "tests/quantize/memory_source.hpp"
#include "tests/support/support.hpp"
#include "tools/quantize/calibrated_batch.hpp"
#include "tools/quantize/encode_run.hpp"

using namespace gosset;
using namespace gosset::quantize;

namespace {

enum class Gradients { correlated, alike, zero, unknown, infinite };

/// Inputs whose neighbours correlate; gradients as a test wants them.
class FakeCalibrator : public Calibrator {
  public:
    explicit FakeCalibrator(Gradients kind) : kind_(kind) {}
    std::vector<std::tuple<uint32_t, OutputSite, uint64_t>> asked;

    static std::vector<float> input_moments(uint64_t n) {
        std::vector<float> h(n * n), power(n, 1.0f);
        for (uint64_t i = 1; i < n; i++) power[i] = 0.9f * power[i - 1];
        for (uint64_t i = 0; i < n; i++)
            for (uint64_t j = i; j < n; j++) h[i * n + j] = power[j - i];
        return h;
    }
    Result<std::vector<std::vector<float>>> second_moments(
        const std::vector<CalibrationInput>& inputs) override {
        std::vector<std::vector<float>> all;
        for (const CalibrationInput& in : inputs) all.push_back(input_moments(in.width));
        return all;
    }
    /// Of one block.
    std::vector<float> gradients(OutputSite site, uint64_t block, uint64_t n) const {
        if (kind_ == Gradients::correlated || kind_ == Gradients::infinite) {
            Rng rng(test::seed() + 8 * block + uint64_t(site));
            std::vector<float> g = test::moments(n, n / 4, 0.5f, rng);
            if (kind_ == Gradients::infinite && block == 1) g[5 * n + 5] = INFINITY;
            return g;
        }
        std::vector<float> g(n * n);
        for (uint64_t r = 0; r < n; r++) g[r * n + r] = kind_ == Gradients::alike ? 3 : 0;
        return g;
    }
    Result<std::vector<std::vector<float>>> output_moments(
        const std::vector<CalibrationOutput>& outputs) override {
        std::vector<std::vector<float>> all(outputs.size());
        for (size_t i = 0; i < outputs.size(); i++) {
            asked.emplace_back(outputs[i].layer, outputs[i].site, outputs[i].rows);
            if (kind_ == Gradients::unknown) continue;
            for (uint64_t b = 0; b * kOutputBlock < outputs[i].rows; b++) {
                const uint64_t n = std::min(kOutputBlock, outputs[i].rows - b * kOutputBlock);
                const std::vector<float> g = gradients(outputs[i].site, b, n);
                all[i].insert(all[i].end(), g.begin(), g.end());
            }
        }
        return all;
    }

  private:
    Gradients kind_;
};

/// A model of one layer whose gate and up have 2 blocks of rows, the last of a number that is no
/// multiple of 16, on its way into a file.
struct Work {
    test::MemorySource source = test::make_model(64, 700, false, test::seed());
    Options options;
    std::vector<TensorPlan> plan;
    HadamardSet tables;
    std::vector<TensorEncoder> encoders;

    explicit Work(uint64_t gradient_tokens, const char* codec = "e8c2") {
        options.plan.codec = codec, options.plan.calibrated = true;
        options.calibration.text = "prose";
        options.calibration.gradient_tokens = gradient_tokens;
        auto made = make_plan(source, options.plan);
        REQUIRE_OK(made);
        plan = std::move(made.value());
        for (const TensorPlan& t : plan) {
            auto encoder = TensorEncoder::make(source, t, **select_isa(), tables);
            REQUIRE_OK(encoder);
            encoders.push_back(std::move(encoder.value()));
        }
    }
    CalibratedBatch everything() const {
        auto batches = cut_batches(encoders, options.calibration);
        REQUIRE(batches.size() == 1);
        return batches[0];
    }
    std::string file(FakeCalibrator& calibrator) {
        const test::TempDir dir;
        ModelDescription description{source.config(), source.tokenizer(), {}, {}};
        for (const TensorPlan& t : plan) description.tensors.push_back(t.info);
        auto writer = ModelWriter::create(dir.path("m.gosset"), std::move(description));
        REQUIRE_OK(writer);
        const CalibratedBatch batch = everything();
        EncodeRun run(std::move(encoders), *writer, nullptr, options);
        const auto feedback = make_feedback(batch, calibrator, run.encoders(), options);
        REQUIRE_OK(feedback);
        REQUIRE_OK(run.run(batch.tensors));
        REQUIRE_OK(run.describe());
        REQUIRE_OK(writer->finish());
        return test::read_file(dir.path("m.gosset"));
    }
};

/// tr(G E H E^T) of every block of rows of a tensor, encoded as its encoder is set.
std::vector<double> losses(TensorEncoder& e, OutputSite site, const FakeCalibrator& calibrator) {
    EncodeScratch scratch;
    if (e.needs_fit()) REQUIRE_OK(e.fit(scratch));
    const uint64_t cols = e.plan().stored_cols, rows = e.plan().rows;
    std::vector<double> all;
    for (uint64_t begin = 0; begin < rows; begin += kOutputBlock) {
        const uint64_t count = std::min(kOutputBlock, rows - begin);
        std::vector<float> weights;
        test::Encoded encoded;
        const uint64_t step = e.chunk_rows();
        for (uint64_t at = begin; at < begin + count; at += step) {
            const uint64_t n = std::min(step, begin + count - at);
            SquaredError sum;
            REQUIRE_OK(e.encode(at, n, scratch, sum));
            weights.insert(weights.end(), scratch.rows.begin(),
                           scratch.rows.begin() + std::ptrdiff_t(n * cols));
            encoded.panels = scratch.codes, encoded.row_scales = scratch.row_scales;
            const std::vector<float> decoded =
                test::decode(*e.plan().codec, e.tables(), encoded, scratch.row_scales.size(), cols);
            encoded.decoded.insert(encoded.decoded.end(), decoded.begin(),
                                   decoded.begin() + std::ptrdiff_t(n * cols));
        }
        all.push_back(test::loss(weights, encoded,
                                 calibrator.gradients(site, begin / kOutputBlock, count),
                                 FakeCalibrator::input_moments(cols), cols));
    }
    return all;
}

}  // namespace

TEST_CASE("every linear of a layer is asked for, and each block of its rows gets its own moments") {
    Work columns(0), both(1);
    FakeCalibrator silent(Gradients::correlated), calibrator(Gradients::correlated);
    const auto a = make_feedback(columns.everything(), silent, columns.encoders, columns.options);
    const auto b = make_feedback(both.everything(), calibrator, both.encoders, both.options);
    REQUIRE_OK(a);
    REQUIRE_OK(b);
    CHECK(silent.asked.empty());
    using Asked = std::tuple<uint32_t, OutputSite, uint64_t>;
    std::vector<Asked> asked = calibrator.asked;
    std::sort(asked.begin(), asked.end());
    CHECK(asked == std::vector<Asked>{{0, OutputSite::q, 16},
                                      {0, OutputSite::k, 16},
                                      {0, OutputSite::v, 16},
                                      {0, OutputSite::o, 64},
                                      {0, OutputSite::gate, 700},
                                      {0, OutputSite::up, 700},
                                      {0, OutputSite::down, 64}});
    const std::pair<Role, OutputSite> sites[] = {
        {Role::q, OutputSite::q}, {Role::gate, OutputSite::gate}, {Role::up, OutputSite::up}};
    for (size_t t = 0; t < both.encoders.size(); t++)
        for (const auto& [role, site] : sites) {
            if (both.plan[t].info.role != role) continue;
            CAPTURE(both.plan[t].info.name);
            const std::vector<double> before = losses(columns.encoders[t], site, calibrator);
            const std::vector<double> after = losses(both.encoders[t], site, calibrator);
            for (size_t i = 0; i < before.size(); i++) {
                CAPTURE(i);
                if (both.plan[t].rows <= 16)
                    CHECK(after[i] == before[i]);  // one block: nothing behind it
                else
                    CHECK(after[i] < 0.5 * before[i]);
            }
        }
}

TEST_CASE("the bytes do not depend on the threads; without correlation they are those of columns") {
    FakeCalibrator none(Gradients::unknown);
    const std::string columns = Work(0).file(none);
    for (const Gradients kind :
         {Gradients::correlated, Gradients::alike, Gradients::zero, Gradients::unknown}) {
        CAPTURE(int(kind));
        std::string first;
        for (const int threads : {1, 3}) {
            if (threads == 3 && kind != Gradients::correlated) continue;
            Work work(1);
            work.options.threads = threads;
            FakeCalibrator calibrator(kind);
            const std::string bytes = work.file(calibrator);
            if (first.empty()) first = bytes;
            CHECK((bytes == first));
        }
        CHECK((first == columns) == (kind != Gradients::correlated));
    }
}

TEST_CASE("gradients that overflow are an error that names the output") {
    Work work(1);
    FakeCalibrator calibrator(Gradients::infinite);
    const auto made = make_feedback(work.everything(), calibrator, work.encoders, work.options);
    REQUIRE_FALSE(made.ok());
    CAPTURE(made.status().message());
    CHECK(made.status().message().find("the gradient of the output of gate of layer 0") !=
          std::string::npos);
}

TEST_CASE("the memory of a batch counts the moments of outputs") {
    Work work(0);
    CalibrationOptions& c = work.options.calibration;
    // Moments and factors (1.5 times 4 bytes) of the inputs of qkv, o, gate and up, down, head.
    uint64_t inputs = 0, outputs = 0;
    for (const TensorPlan& t : work.plan)
        if (t.info.role == Role::q || t.info.role == Role::o || t.info.role == Role::gate ||
            t.info.role == Role::down || t.info.role == Role::head)
            inputs += 6 * t.stored_cols * t.stored_cols;
    outputs = 6 * (3 * 16 * 16 + 2 * 64 * 64 + 2 * 700 * 512);
    const auto batches = [&](uint64_t memory, uint64_t tokens) {
        c.memory = memory, c.gradient_tokens = tokens;
        return cut_batches(work.encoders, c).size();
    };
    CHECK(batches(inputs, 0) == 1);
    CHECK(batches(inputs - 1, 0) == 2);
    CHECK(batches(inputs, 1) == 2);
    CHECK(batches(inputs + outputs, 1) == 1);
    CHECK(batches(inputs + outputs - 1, 1) == 2);
    c.text.clear();
    CHECK(batches(1, 1) == 1);
}
