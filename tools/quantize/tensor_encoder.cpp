#include "tools/quantize/tensor_encoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tools/quantize/calibration_output.hpp"

namespace gosset::quantize {

namespace {

constexpr float kSurelyHeld = 1024;  ///< weights up to it overflow no codec's fp16 scale

}  // namespace

static_assert(std::endian::native == std::endian::little, "files hold this machine's byte order");

Result<TensorEncoder> TensorEncoder::make(const ModelSource& source, const TensorPlan& plan,
                                          const Isa& isa, HadamardSet& tables) {
    TensorEncoder e;
    e.source_ = &source, e.plan_ = &plan;
    if (plan.codec) {
        e.encoder_ = find_encoder(*plan.codec);
        e.kernels_ = &codec_kernels(isa, *plan.codec);
    }
    GOSSET_ASSIGN(e.transform_,
                  RowTransform::make(plan.info.rotation, plan.cols, op_kernels(isa), tables));
    return e;
}

uint64_t TensorEncoder::chunk_rows() const {
    if (row_feedback_) return kOutputBlock;
    constexpr uint64_t kChunkWeights = uint64_t(1) << 18;  // 1 MiB of floats: stays in cache
    // With feedback the chunk reads the whole of a triangle of width^2 / 2: worth more rows.
    const uint64_t least = feedback_ ? 64 : 16;
    return std::clamp<uint64_t>(kChunkWeights / plan_->stored_cols / 16 * 16, least, 512);
}

Status TensorEncoder::read(uint64_t begin, uint64_t count, float* out) const {
    GOSSET_TRY(source_->read_rows(plan_->source, begin, count, out));
    for (uint64_t i = 0; i < count * plan_->cols; i++)
        if (!std::isfinite(out[i]))
            return corrupt("row " + std::to_string(begin + i / plan_->cols) + ", column " +
                           std::to_string(i % plan_->cols) + " is not a finite number");
    return {};
}

void TensorEncoder::prepare(const float* in, float* out, EncodeScratch& scratch) const {
    std::memcpy(out, in, plan_->cols * sizeof(float));
    std::fill(out + plan_->cols, out + plan_->stored_cols, 0.0f);
    transform_.apply(out, scratch.transform.data());
}

Status TensorEncoder::fit(EncodeScratch& scratch) {
    const uint64_t n = std::min(plan_->rows, kSampleRows);
    scratch.read.resize(plan_->cols);
    scratch.rows.resize(n * plan_->stored_cols);
    scratch.transform.resize(plan_->stored_cols);
    for (uint64_t i = 0; i < n; i++) {
        GOSSET_TRY(read(i * plan_->rows / n, 1, scratch.read.data()));
        prepare(scratch.read.data(), &scratch.rows[i * plan_->stored_cols], scratch);
    }
    encoder_->fit(*plan_->codec, scratch.rows.data(), n, plan_->stored_cols, tables_);
    for (float scale : tables_.scale)
        if (!std::isfinite(scale)) return corrupt("its weights are too large for this codec");
    return {};
}

Status TensorEncoder::compare(uint64_t begin, uint64_t count, EncodeScratch& scratch,
                              SquaredError& sum) const {
    const uint64_t cols = plan_->stored_cols;
    scratch.decoded.resize(cols);
    const Weights w{scratch.codes.data(), scratch.row_scales.data(),         tables_.scale,
                    tables_.params,       uint32_t(padded_rows(count) / 16), uint32_t(cols / 32)};
    // Errors along padding meet activations of 0 and do not count: where the rotation mixed padding
    // in, it is undone first.
    const bool mixed = transform_.width() > plan_->cols;
    sum = {};
    for (uint64_t r = 0; r < count; r++) {
        kernels_->decode_row(w, uint32_t(r), scratch.decoded.data());
        const float* row = &scratch.rows[r * cols];
        float* difference = scratch.decoded.data();
        SquaredError of_row;
        float largest = 0;
        for (uint64_t c = 0; c < cols; c++) {
            difference[c] = row[c] - difference[c];
            of_row.energy += double(row[c]) * double(row[c]);
            largest = std::max(largest, std::abs(row[c]));
        }
        if (mixed) transform_.undo(difference, scratch.transform.data());
        for (uint64_t c = 0; c < plan_->cols; c++)
            of_row.error += double(difference[c]) * double(difference[c]);
        // Codecs saturate what fp16 (their scale, or f16 itself) cannot hold: then most of the row
        // is lost. Rows too small for it become 0, which does no harm; and feedback at 2 bits may
        // well trade half of a row for what its input does not show.
        if (!(of_row.error <= 0.5 * of_row.energy) && largest > kSurelyHeld)
            return corrupt("row " + std::to_string(begin + r) + " has weights up to " +
                           std::to_string(largest) + ", too large for codec " + plan_->info.codec);
        sum.error += of_row.error, sum.energy += of_row.energy;
    }
    return {};
}

void TensorEncoder::encode_fed_back(uint64_t begin, uint64_t padded, EncodeScratch& scratch) const {
    scratch.error.resize(padded * plan_->stored_cols);
    const Feedback::Rows all{*plan_->codec,
                             *encoder_,
                             scratch.rows.data(),
                             padded,
                             tables_,
                             scratch.error.data(),
                             scratch.codes.data(),
                             scratch.row_scales.data()};
    const RowFeedback* rows = row_feedback_ ? &(*row_feedback_)[begin / kOutputBlock] : nullptr;
    if (!rows || rows->none()) return feedback_->encode(all);
    scratch.target.resize(RowFeedback::kGroup * plan_->stored_cols);
    rows->encode(*feedback_, all, scratch.target.data());
}

Status TensorEncoder::encode(uint64_t begin, uint64_t count, EncodeScratch& scratch,
                             SquaredError& sum) const {
    const uint64_t cols = plan_->stored_cols, blocks = padded_rows(count) / 16;
    scratch.read.resize(count * plan_->cols);
    GOSSET_TRY(read(begin, count, scratch.read.data()));
    if (!plan_->codec) {
        scratch.codes.resize(count * plan_->cols * sizeof(float));
        std::memcpy(scratch.codes.data(), scratch.read.data(), scratch.codes.size());
        return {};
    }
    scratch.rows.assign(blocks * 16 * cols, 0.0f);
    scratch.transform.resize(cols);
    scratch.codes.resize(codes_size(*plan_->codec, count, cols));
    scratch.row_scales.assign(blocks * 16, 0);
    for (uint64_t r = 0; r < count; r++)
        prepare(&scratch.read[r * plan_->cols], &scratch.rows[r * cols], scratch);
    if (feedback_) {
        encode_fed_back(begin, blocks * 16, scratch);
        return compare(begin, count, scratch, sum);
    }
    const uint64_t block_bytes = cols / 32 * plan_->codec->panel_bytes;
    for (uint64_t b = 0; b < blocks; b++)
        encoder_->encode_rows(*plan_->codec, &scratch.rows[b * 16 * cols], cols, nullptr, tables_,
                              &scratch.codes[b * block_bytes], &scratch.row_scales[b * 16]);
    return compare(begin, count, scratch, sum);
}

}  // namespace gosset::quantize
