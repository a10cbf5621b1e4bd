/// The semantic validator: what the FlatBuffers Verifier cannot know. It proves that numbers are in
/// range, products fit, floats are finite, ids and indices point inside their arrays, segments lie
/// aligned, apart and exactly to the end of the file. After it the runtime may trust every number
/// not to lead out of bounds. Codec names, versions and architectures are for runtime/model/bind.
/// Run on every open, and by the writer on what it is about to write. Relies on metadata.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "format/header.hpp"
#include "format/metadata.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

/// The limits of version 1 (docs/format.md). Generous: the largest public models are far below.
namespace limits {
inline constexpr uint32_t kLayers = 4096;
inline constexpr uint32_t kHeads = 65536;
inline constexpr uint32_t kHeadDim = 65536;
inline constexpr uint32_t kDim = uint32_t(1) << 24;  ///< also ffn_dim and expert_ffn_dim
inline constexpr uint32_t kVocab = uint32_t(1) << 26;
inline constexpr uint32_t kContext = uint32_t(1) << 31;
inline constexpr uint32_t kExperts = 65536;
inline constexpr uint32_t kRopes = 64;
inline constexpr uint32_t kEndIds = 4096;
inline constexpr uint32_t kTensors = 65536;
inline constexpr uint32_t kSegments = 64;  ///< of one tensor
inline constexpr uint32_t kParams = 64;    ///< of one tensor
inline constexpr uint32_t kParamBytes = uint32_t(1) << 20;
inline constexpr uint32_t kRotationFactors = 16;
inline constexpr uint32_t kNameLength = 1024;  ///< of a tensor
inline constexpr uint32_t kWordLength = 64;    ///< architecture, codec, segment role, param key
inline constexpr uint32_t kSelfTests = 1024;
inline constexpr uint32_t kSelfTestIds = 65536;         ///< of one self test
inline constexpr uint64_t kRows = uint64_t(1) << 31;    ///< rows and columns stay below
inline constexpr uint64_t kTables = uint64_t(1) << 20;  ///< FlatBuffers tables
inline constexpr uint64_t kMergeSlots = uint64_t(1) << 28;
}  // namespace limits

Status validate(const Metadata& metadata, const Header& header);

Status validate_config(const ModelConfig& config);
Status validate_tokenizer(const TokenizerView& tokenizer, uint32_t vocab);
Status validate_tensors(std::span<const TensorView> tensors, uint32_t layers, const Header& header);

/// Whether `s` has 1 to max_length characters, all printable ASCII.
bool is_name(std::string_view s, size_t max_length);
/// `s` in quotes, cut to 80 characters, anything unprintable as '?': safe to show.
std::string quoted(std::string_view s);

}  // namespace gosset
