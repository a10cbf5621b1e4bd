#include "tools/quantize/calibration.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "format/hash.hpp"
#include "format/reader.hpp"
#include "runtime/model/bind.hpp"
#include "runtime/session/session.hpp"
#include "runtime/session/tokenizer.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/moment_store.hpp"
#include "tools/quantize/output_moments.hpp"

namespace gosset::quantize {

namespace {

constexpr uint32_t kBatch = 64;
constexpr uint64_t kTileRows = 32;  ///< of H, summed at a time

/// Sums the moments of the inputs that somebody asked for.
class Collector : public InputObserver {
  public:
    Collector(const OpKernels& ops, const std::vector<CalibrationInput>& inputs)
        : ops_(ops), inputs_(inputs), moments_(inputs.size()) {
        size_t widest = 0;
        for (size_t i = 0; i < inputs.size(); i++) {
            if (inputs[i].site == InputSite::head)
                head_ = &inputs[i];
            else
                layers_ = std::max(layers_, inputs[i].layer + 1);
            widest = std::max(widest, size_t(inputs[i].width));
            moments_[i].resize(size_t(inputs[i].width * inputs[i].width));
        }
        of_site_.assign(size_t(layers_) * kInputSites, nullptr);
        for (const CalibrationInput& in : inputs)
            if (&in != head_) of_site_[size_t(in.layer) * kInputSites + size_t(in.site)] = &in;
        x_.resize(kBatch * widest), scratch_.resize(kBatch * widest);
    }

    uint32_t layers() const override { return head_ ? UINT32_MAX : layers_; }
    /// The head's input is seen where logits are computed.
    Want want() const { return head_ ? Want::all : Want::none; }
    std::vector<std::vector<float>>& moments() { return moments_; }
    std::vector<std::vector<float>> take() { return std::move(moments_); }

    void input(uint32_t layer, InputSite site, size_t t, const float* x) override {
        const CalibrationInput* in = at(layer, site);
        if (!in) return;
        float* row = &x_[t * in->width];
        std::memcpy(row, x, in->cols * sizeof(float));
        std::fill(row + in->cols, row + in->width, 0.0f);
        in->transform->apply(row, &scratch_[t * in->width]);
    }

    void collected(uint32_t layer, InputSite site, size_t tokens,
                   const Pool::Member& member) override {
        const CalibrationInput* in = at(layer, site);
        if (!in) return;
        float* h = moments_[size_t(in - inputs_.data())].data();
        const uint64_t n = in->width;
        // Rows of the triangle grow shorter: dealt out one tile after another.
        for (uint64_t r = member.index * kTileRows; r < n; r += member.count * kTileRows) {
            MatrixUpdate m{};
            m.c = h + r * n + r, m.c_stride = n;
            m.a = &x_[r], m.a_row = 1, m.a_step = n;
            m.b = &x_[r], m.b_stride = n;
            m.rows = std::min(kTileRows, n - r), m.cols = n - r, m.k = tokens;
            ops_.matrix_update(m);
        }
    }

  private:
    const CalibrationInput* at(uint32_t layer, InputSite site) const {
        if (site == InputSite::head) return head_;
        return layer < layers_ ? of_site_[size_t(layer) * kInputSites + size_t(site)] : nullptr;
    }

    const OpKernels& ops_;
    const std::vector<CalibrationInput>& inputs_;
    std::vector<std::vector<float>> moments_;
    std::vector<const CalibrationInput*> of_site_;  ///< [layer][site]; null: not wanted
    std::vector<float> x_, scratch_;                ///< [token][width of the input]
    const CalibrationInput* head_ = nullptr;
    uint32_t layers_ = 0;
};

class RuntimeCalibrator : public Calibrator {
  public:
    Status open(const ModelSource& source, const std::string& out, const Options& options);
    Result<std::vector<std::vector<float>>> second_moments(
        const std::vector<CalibrationInput>& inputs) override;
    Result<std::vector<std::vector<float>>> output_moments(
        const std::vector<CalibrationOutput>& outputs) override;

  private:
    Status write_reference(const ModelSource& source, const std::string& path,
                           const Options& options);
    Status cut(const CalibrationOptions& options);

    ModelFile file_;
    std::unique_ptr<ModelWeights> model_;
    std::unique_ptr<Session> session_;
    std::vector<std::vector<uint32_t>> windows_;
    uint64_t tokens_ = 0, gradient_tokens_ = 0;
    uint32_t threads_ = 1;
    ProgressFn progress_;
    std::function<void(const std::string&)> note_;
    std::optional<MomentStore> store_;  ///< with Options::resume
};

/// What decides the sums of a pass: the model's bytes and the windows' tokens.
uint64_t key_of(const ModelFile& file, const std::vector<std::vector<uint32_t>>& windows) {
    const uint64_t identity = file.identity();
    Hash hash;
    hash.add({reinterpret_cast<const uint8_t*>(&identity), sizeof identity});
    for (const std::vector<uint32_t>& w : windows)
        hash.add({reinterpret_cast<const uint8_t*>(w.data()), w.size() * sizeof w[0]});
    return hash.value();
}

/// What decides which sums an input has: where it is, and what its transform does to a row.
uint64_t key_of(const CalibrationInput& in) {
    const uint64_t place[] = {in.layer, uint64_t(in.site), in.cols, in.width};
    std::vector<float> row(in.width), scratch(in.width);
    for (uint64_t c = 0; c < in.cols; c++) row[c] = float(1 + c % 1021);
    in.transform->apply(row.data(), scratch.data());
    Hash hash;
    hash.add({reinterpret_cast<const uint8_t*>(place), sizeof place});
    hash.add({reinterpret_cast<const uint8_t*>(row.data()), row.size() * sizeof(float)});
    return hash.value();
}

Status RuntimeCalibrator::write_reference(const ModelSource& source, const std::string& path,
                                          const Options& options) {
    Options plain;
    // Its error is a hundredth of what calibration is for, and it runs three times as fast as f16.
    plain.plan.codec = "q8";
    plain.plan.rotate = false;
    plain.threads = options.threads;
    if (options.progress)
        plain.progress = [&](Progress p) {
            p.phase = "prepare";
            return options.progress(p);
        };
    return quantize_model(source, path, plain).status();
}

Status RuntimeCalibrator::cut(const CalibrationOptions& options) {
    if (file_.tokenizer().traits.kind == TokenizerKind::none)
        return unsupported("the model has no tokenizer, so it cannot read the text");
    const Tokenizer tokenizer(&file_.tokenizer());
    const ModelConfig& config = file_.config();
    GOSSET_ASSIGN(const std::vector<uint32_t> ids, tokenizer.encode(options.text, {true, false}));
    if (ids.size() < kLeast)
        return invalid_argument("the calibration text has " + std::to_string(ids.size()) +
                                " tokens; give at least " + std::to_string(kLeast));
    const size_t length = std::min<size_t>({kWindow, ids.size(), session_->shape().context});
    const size_t all = ids.size() / length;
    const size_t wanted = std::clamp<size_t>(options.tokens / length, 1, all);
    for (size_t i = 0; i < wanted; i++) {
        const auto begin = ids.begin() + std::ptrdiff_t(i * all / wanted * length);
        windows_.emplace_back(begin, begin + std::ptrdiff_t(length));
        // As the model will see every text begin.
        if (config.add_bos && config.bos_id != UINT32_MAX) windows_.back()[0] = config.bos_id;
        tokens_ += length;
    }
    return {};
}

Status RuntimeCalibrator::open(const ModelSource& source, const std::string& out,
                               const Options& options) {
    progress_ = options.progress, note_ = options.note;
    threads_ = uint32_t(options.threads), gradient_tokens_ = options.calibration.gradient_tokens;
    const std::string path = out + ".calibration";
    GOSSET_TRY(write_reference(source, path, options));
    auto opened = ModelFile::open(path);
    std::error_code ignored;
    std::filesystem::remove(path, ignored);  // the mapping stays
    if (!opened.ok()) return opened.status();
    file_ = std::move(opened.value());
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    GOSSET_ASSIGN(model_, bind_model(file_, *isa));
    SessionShape shape;
    shape.context = kWindow, shape.batch = kBatch, shape.threads = uint32_t(options.threads);
    GOSSET_ASSIGN(session_, Session::create(*model_, shape, {}));
    GOSSET_TRY(cut(options.calibration));
    if (options.resume)
        store_.emplace(moments_path(out), key_of(file_, windows_),
                       options.calibration.save_seconds);
    return {};
}

Result<std::vector<std::vector<float>>> RuntimeCalibrator::second_moments(
    const std::vector<CalibrationInput>& inputs) {
    Collector collector(*model_->ops, inputs);
    struct Watch {  // ends before the collector does, also on an error
        Session& session;
        Watch(Session& s, InputObserver& observer) : session(s) { s.set_observer(&observer); }
        ~Watch() { session.set_observer(nullptr); }
    } watch(*session_, collector);
    std::vector<uint64_t> keys;
    for (const CalibrationInput& in : inputs) keys.push_back(key_of(in));
    const size_t first = store_ ? store_->load(keys, collector.moments()) : 0;
    if (first && note_)
        note_("continuing the calibration: " + std::to_string(first) + " of " +
              std::to_string(windows_.size()) + " windows are summed");
    uint64_t done = 0;
    for (size_t w = 0; w < windows_.size(); w++) {
        const std::vector<uint32_t>& window = windows_[w];
        done += window.size();
        if (w < first) continue;
        for (size_t at = 0; at < window.size(); at += kBatch)
            GOSSET_TRY(session_->feed(
                std::span(window).subspan(at, std::min<size_t>(kBatch, window.size() - at)),
                uint32_t(at), 0, collector.want(), nullptr));
        const bool stop = progress_ && !progress_({"calibrate", "", done, tokens_});
        // The end of a long pass too: what follows may be interrupted as well.
        const bool last = w + 1 == windows_.size();
        if (store_ && (stop || store_->due() || (last && store_->saved())))
            store_->save(keys, collector.moments(), w + 1);
        if (stop) return aborted("stopped on request");
    }
    return collector.take();
}

Result<std::vector<std::vector<float>>> RuntimeCalibrator::output_moments(
    const std::vector<CalibrationOutput>& outputs) {
    if (gradient_tokens_ == 0) return std::vector<std::vector<float>>(outputs.size());
    const size_t all = windows_.size(), length = windows_[0].size();
    const size_t wanted = std::clamp<size_t>(gradient_tokens_ / length, 1, all);
    std::vector<std::vector<uint32_t>> some;
    for (size_t i = 0; i < wanted; i++) some.push_back(windows_[i * all / wanted]);
    return sum_output_moments(*model_, some, outputs, threads_, [&](uint64_t done) {
        return !progress_ || progress_({"gradients", "", done, wanted * length});
    });
}

}  // namespace

Status input_overflows(uint32_t layer, InputSite site) {
    constexpr const char* kReaders[] = {"q, k and v", "o", "gate and up", "down", "the head"};
    std::string name = std::string("the input of ") + kReaders[size_t(site)];
    if (site != InputSite::head) name += " of layer " + std::to_string(layer);
    return corrupt("calibration: " + name +
                   " overflows on this text (it is infinite, not a number, or its square is): the "
                   "weights before it are too large, so the model cannot be calibrated");
}

Result<std::unique_ptr<Calibrator>> Calibrator::make(const ModelSource& source,
                                                     const std::string& out,
                                                     const Options& options) {
    auto calibrator = std::make_unique<RuntimeCalibrator>();
    GOSSET_TRY(calibrator->open(source, out, options).in("calibration"));
    return std::unique_ptr<Calibrator>(std::move(calibrator));
}

}  // namespace gosset::quantize
