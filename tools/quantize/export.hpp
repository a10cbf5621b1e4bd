/// A .gosset file as .safetensors: every tensor decoded, its rotation undone, under its Hugging
/// Face name. Streams: memory stays at a few MiB. Relies on the reader and the codecs' kernels.
#pragma once

#include <string>

#include "runtime/base/status.hpp"
#include "tools/quantize/pipeline.hpp"

namespace gosset::quantize {

enum class ExportType { f32, bf16 };

struct ExportReport {
    uint64_t tensors = 0, weights = 0, bytes = 0;
};

/// Writes `out` atomically; after an error nothing new is left on the disk.
Result<ExportReport> export_model(const std::string& model, const std::string& out, ExportType type,
                                  const ProgressFn& progress);

}  // namespace gosset::quantize
