#include "tools/quantize/tensor_decoder.hpp"

#include <cmath>
#include <cstring>

#include "runtime/base/checked.hpp"

namespace gosset::quantize {

namespace {

Status expect_size(const char* what, uint64_t size, uint64_t expected) {
    if (size == expected) return {};
    return corrupt(std::string(what) + " has " + std::to_string(size) + " bytes instead of " +
                   std::to_string(expected));
}

Result<std::span<const uint8_t>> require_segment(const TensorView& tensor, const char* role) {
    if (const SegmentView* s = tensor.segment(role)) return s->bytes;
    return corrupt(std::string("it has no segment '") + role + "'");
}

}  // namespace

Result<TensorDecoder> TensorDecoder::make(const TensorView& tensor, const Isa& isa,
                                          HadamardSet& tables) {
    TensorDecoder d;
    d.rows_ = tensor.rows(), d.cols_ = tensor.cols();
    if (tensor.shape.size() == 1 && tensor.codec == "f32") {
        GOSSET_ASSIGN(const auto codes, require_segment(tensor, "codes"));
        GOSSET_TRY(expect_size("segment 'codes'", codes.size(), 4 * d.cols_));
        d.raw_ = codes.data();
        return d;
    }
    const Codec* codec = find_codec(tensor.codec.data(), tensor.codec.size());
    if (!codec)
        return unsupported("codec '" + std::string(tensor.codec) + "' is not in this build");
    if (codec->version != tensor.codec_version)
        return unsupported("version " + std::to_string(tensor.codec_version) + " of codec '" +
                           codec->name + "'; this build reads " + std::to_string(codec->version));
    d.kernels_ = &codec_kernels(isa, *codec);
    GOSSET_ASSIGN(d.transform_,
                  RowTransform::make(tensor.rotation, d.cols_, op_kernels(isa), tables));
    GOSSET_TRY(d.check_panels(tensor, *codec));
    if (codec->scale != ScaleKind::none) GOSSET_TRY(d.read_scales(tensor));
    if (codec->params_bytes) GOSSET_TRY(d.read_params(tensor, *codec));
    return d;
}

Status TensorDecoder::check_panels(const TensorView& tensor, const Codec& codec) {
    GOSSET_ASSIGN(const auto codes, require_segment(tensor, "codes"));
    // Dimensions of a real tensor: with these bounds no product below can overflow.
    const uint64_t width = transform_.width(), most = uint64_t(1) << 30;
    if (rows_ > most || width > most) return corrupt("its shape is too large");
    GOSSET_TRY(
        expect_size("segment 'codes'", codes.size(), codes_size(codec, rows_, padded_cols(width))));
    shape_.panels = codes.data();
    shape_.row_blocks = uint32_t(padded_rows(rows_) / 16);
    shape_.blocks = uint32_t(padded_cols(width) / 32);
    row_.resize(padded_cols(width));
    scratch_.resize(padded_cols(width));
    return {};
}

Status TensorDecoder::read_params(const TensorView& tensor, const Codec& codec) {
    GOSSET_ASSIGN(const auto params, require_segment(tensor, "params"));
    GOSSET_TRY(expect_size("segment 'params'", params.size(), codec.params_bytes));
    if (codec.valid_params && !codec.valid_params(params.data()))
        return corrupt("its params are none of codec " + std::string(codec.name));
    params_.assign(params.begin(), params.end());
    return {};
}

Status TensorDecoder::read_scales(const TensorView& tensor) {
    GOSSET_ASSIGN(const auto scales, require_segment(tensor, "row_scales"));
    GOSSET_TRY(expect_size("segment 'row_scales'", scales.size(), 2 * padded_rows(rows_)));
    row_scales_.resize(scales.size() / 2);
    std::memcpy(row_scales_.data(), scales.data(), scales.size());
    const ParamView* table = tensor.param("table");
    if (!table) return corrupt("it has no parameter 'table'");
    table_.resize(kScaleTable);
    GOSSET_TRY(expect_size("parameter 'table'", table->bytes.size(), 4 * kScaleTable));
    std::memcpy(table_.data(), table->bytes.data(), table->bytes.size());
    for (float value : table_)
        if (!std::isfinite(value)) return corrupt("its scale table is not finite");
    return {};
}

void TensorDecoder::read_rows(uint64_t begin, uint64_t count, float* out) {
    if (raw_) {
        std::memcpy(out, raw_ + begin * 4 * cols_, count * 4 * cols_);
        return;
    }
    Weights w = shape_;
    w.row_scales = row_scales_.data(), w.table = table_.data(), w.params = params_.data();
    for (uint64_t r = 0; r < count; r++) {
        kernels_->decode_row(w, uint32_t(begin + r), row_.data());
        transform_.undo(row_.data(), scratch_.data());
        std::memcpy(out + r * cols_, row_.data(), cols_ * sizeof(float));
    }
}

}  // namespace gosset::quantize
