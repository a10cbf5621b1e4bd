/// ModelFile + codec registry -> ModelWeights. Everything that could be wrong between a valid file
/// and this build is found here, by name: architecture, configuration, codec, version, shape,
/// segment size, parameters, non-finite scales. Kernels afterwards trust every number.
#pragma once

#include "format/reader.hpp"
#include "runtime/base/status.hpp"
#include "runtime/model/weights.hpp"

namespace gosset {

/// Refuses what this build does not compute, naming the key and its value.
Status check_config(const ModelConfig& config);

/// `file` must outlive the result and keep its bytes where they are.
Result<std::unique_ptr<ModelWeights>> bind_model(const ModelFile& file, const Isa& isa,
                                                 Prefill prefill = Prefill::exact);

}  // namespace gosset
