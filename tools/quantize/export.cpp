#include "tools/quantize/export.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "format/reader.hpp"
#include "runtime/base/half.hpp"
#include "simd/dispatch.hpp"
#include "tools/quantize/safetensors_writer.hpp"
#include "tools/quantize/tensor_decoder.hpp"

namespace gosset::quantize {

namespace {

/// Appends floats to the file in the chosen type. Little-endian hosts only (tensor_encoder.cpp).
class FloatSink {
  public:
    FloatSink(SafetensorsWriter& writer, ExportType type) : writer_(writer), type_(type) {}

    Status write(std::span<const float> values) {
        if (type_ == ExportType::f32)
            return writer_.write(
                {reinterpret_cast<const uint8_t*>(values.data()), 4 * values.size()});
        halves_.resize(values.size());
        std::transform(values.begin(), values.end(), halves_.begin(), f32_to_bf16);
        return writer_.write(
            {reinterpret_cast<const uint8_t*>(halves_.data()), 2 * halves_.size()});
    }

  private:
    SafetensorsWriter& writer_;
    ExportType type_;
    std::vector<uint16_t> halves_;
};

std::vector<SafetensorsEntry> make_entries(const ModelFile& file, ExportType type) {
    const bool f32 = type == ExportType::f32;
    std::vector<SafetensorsEntry> entries;
    for (const TensorView& t : file.tensors())
        entries.push_back({std::string(t.name), f32 ? "F32" : "BF16", f32 ? 4u : 2u, t.shape});
    return entries;
}

struct Counter {
    const ProgressFn& progress;
    uint64_t done = 0, total = 0;

    Status add(uint64_t weights, const std::string& name) {
        done += weights;
        if (progress && !progress({"export", name.c_str(), done, total}))
            return aborted("stopped on request");
        return {};
    }
};

Status export_tensor(TensorDecoder& decoder, const std::string& name, FloatSink& sink,
                     Counter& counter) {
    constexpr uint64_t kChunkWeights = uint64_t(1) << 20;
    const uint64_t step = std::max<uint64_t>(1, kChunkWeights / decoder.cols());
    std::vector<float> rows;
    for (uint64_t begin = 0; begin < decoder.rows(); begin += step) {
        const uint64_t count = std::min(step, decoder.rows() - begin);
        rows.resize(count * decoder.cols());
        decoder.read_rows(begin, count, rows.data());
        GOSSET_TRY(sink.write(rows));
        GOSSET_TRY(counter.add(rows.size(), name));
    }
    return {};
}

}  // namespace

Result<ExportReport> export_model(const std::string& model, const std::string& out, ExportType type,
                                  const ProgressFn& progress) {
    GOSSET_ASSIGN(const Isa* isa, select_isa());
    GOSSET_ASSIGN(const ModelFile file, ModelFile::open(model));
    // Everything is checked before anything is written.
    HadamardSet tables;
    std::vector<TensorDecoder> decoders;
    Counter counter{progress};
    for (const TensorView& t : file.tensors()) {
        auto d = TensorDecoder::make(t, *isa, tables);
        if (!d.ok()) return d.status().in("tensor '" + std::string(t.name) + "'");
        counter.total += d->rows() * d->cols();
        decoders.push_back(std::move(d.value()));
    }
    GOSSET_ASSIGN(SafetensorsWriter writer,
                  SafetensorsWriter::create(out, make_entries(file, type)));
    FloatSink sink(writer, type);
    for (size_t i = 0; i < decoders.size(); i++)
        GOSSET_TRY(export_tensor(decoders[i], std::string(file.tensors()[i].name), sink, counter));
    GOSSET_TRY(writer.finish());
    std::error_code error;
    return ExportReport{file.tensors().size(), counter.total,
                        std::filesystem::file_size(out, error)};
}

}  // namespace gosset::quantize
