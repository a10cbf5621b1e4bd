/// The metadata of a file as plain data, between FlatBuffers (metadata.cpp) and the semantic
/// validator (validate.hpp). Private to format/; relies on reader.hpp for the views.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "format/config.hpp"
#include "format/reader.hpp"
#include "format/tokenizer_view.hpp"
#include "runtime/base/status.hpp"

namespace gosset {

struct Metadata {
    ModelConfig config;
    TokenizerView tokenizer;
    Provenance provenance;
    std::vector<TensorView> tensors;
};

/// Proves the structure of a FlatBuffer (Verifier, depth and number of tables bounded, every vector
/// that is copied bounded) and unpacks it. Spans point into `metadata`, which must be 8-byte
/// aligned, and into [file, file + file_size); with file == nullptr the segments' spans have sizes
/// only (the writer checks before there is a file).
Result<Metadata> unpack_metadata(std::span<const uint8_t> metadata, const uint8_t* file,
                                 uint64_t file_size);

}  // namespace gosset
