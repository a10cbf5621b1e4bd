#include "tools/quantize/pipeline.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <system_error>

#include "format/reader.hpp"
#include "format/writer.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/calibrated_batch.hpp"
#include "tools/quantize/checkpoint.hpp"
#include "tools/quantize/encode_run.hpp"
#include "tools/quantize/moment_store.hpp"

namespace gosset::quantize {

namespace {

/// Reads the finished file back, every byte.
Status verify_file(const std::string& path, const ProgressFn& progress) {
    GOSSET_ASSIGN(const ModelFile file, ModelFile::open(path));
    return file.verify([&](uint64_t done, uint64_t total) {
        return !progress || progress({"verify", "", done, total});
    });
}

Report make_report(const EncodeRun& run, const std::vector<TensorPlan>& plan) {
    Report report;
    uint64_t bytes = 0;
    for (size_t t = 0; t < plan.size(); t++) {
        TensorReport r;
        r.name = plan[t].info.name, r.codec = plan[t].info.codec;
        r.rotated = !plan[t].info.rotation.none();
        r.weights = plan[t].weights(), r.bytes = plan[t].bytes();
        r.bpw = 8.0 * double(r.bytes) / double(r.weights);
        r.rel_mse = run.rel_mse(t);
        report.weights += r.weights, bytes += r.bytes;
        report.tensors.push_back(std::move(r));
    }
    report.bpw = 8.0 * double(bytes) / double(report.weights);
    return report;
}

/// Batch after batch, each with the feedback of its own calibration.
Status encode_all(EncodeRun& run, const ModelSource& source, const std::string& out,
                  const Options& options) {
    const bool calibrated = !options.calibration.text.empty();
    std::vector<CalibratedBatch> batches = cut_batches(run.encoders(), options.calibration);
    std::unique_ptr<Calibrator> calibrator;
    for (CalibratedBatch& batch : batches) {
        batch.tensors = run.missing(batch.tensors);
        if (batch.tensors.empty()) continue;  // its pass over the text is not needed again
        BatchFeedback feedback;
        if (calibrated) {
            if (!calibrator) {
                GOSSET_ASSIGN(calibrator, Calibrator::make(source, out, options));
            }
            GOSSET_ASSIGN(feedback, make_feedback(batch, *calibrator, run.encoders(), options));
        }
        GOSSET_TRY(run.run(batch.tensors));
        for (size_t t : batch.tensors) run.encoders()[t].set_feedback(nullptr);
    }
    return {};
}

}  // namespace

Result<Report> quantize_model(const ModelSource& source, const std::string& out,
                              const Options& options) {
    const auto start = std::chrono::steady_clock::now();
    if (options.threads < 1) return invalid_argument("at least one thread is needed");
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    PlanOptions how = options.plan;
    how.calibrated = !options.calibration.text.empty();
    GOSSET_ASSIGN(const std::vector<TensorPlan> plan, make_plan(source, how));

    ModelDescription description{source.config(), source.tokenizer(), {}, options.provenance};
    HadamardSet tables;
    std::vector<TensorEncoder> encoders;
    for (const TensorPlan& t : plan) {
        auto made = TensorEncoder::make(source, t, *isa, tables);
        if (!made.ok()) return made.status().in("tensor '" + t.info.name + "'");
        encoders.push_back(std::move(made.value()));
        description.tensors.push_back(t.info);
    }
    GOSSET_ASSIGN(ModelWriter writer, ModelWriter::prepare(std::move(description)));
    std::unique_ptr<Checkpoint> checkpoint;
    if (options.resume) {
        GOSSET_ASSIGN(checkpoint, Checkpoint::open(out, options, writer));
    } else {
        GOSSET_TRY(writer.open(out));
    }
    EncodeRun run(std::move(encoders), writer, checkpoint.get(), options);
    if (Status s = encode_all(run, source, out, options); !s.ok()) {
        std::error_code error;
        if (checkpoint && options.note) options.note(checkpoint->kept());
        if (checkpoint && options.note && std::filesystem::exists(moments_path(out), error))
            options.note("the calibration so far is kept in " + moments_path(out) +
                         "; the same command continues it");
        return s;
    }
    GOSSET_TRY(run.describe());
    GOSSET_TRY(writer.finish());
    std::error_code error;
    if (checkpoint) {
        checkpoint->remove();
        std::filesystem::remove(moments_path(out), error);
    }
    if (Status s = verify_file(out, options.progress); !s.ok()) {
        std::filesystem::remove(out, error);
        return s.in("reading '" + out + "' back");
    }
    Report report = make_report(run, plan);
    report.file_bytes = std::filesystem::file_size(out, error);
    report.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

}  // namespace gosset::quantize
