/// A quantization's Report for people and for scripts.
#pragma once

#include <string>

#include "tools/quantize/pipeline.hpp"

namespace gosset::quantize {

/// {"bpw","bytes","seconds","tensors":[{"name","codec","bpw","rel_mse"}]}: bytes of the file; bpw
/// as in Report. One line.
std::string report_json(const Report& report);

/// One line a tensor, then one of totals.
std::string report_text(const Report& report, const std::string& out);

/// "gosset 0.1.0": goes into the file's provenance.
std::string tool_version();

}  // namespace gosset::quantize
