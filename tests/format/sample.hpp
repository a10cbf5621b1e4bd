/// Models for the tests of the file format: random descriptions that use every field, files made of
/// them by the writer, and files put together without any check, for defects the writer refuses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/header.hpp"
#include "format/reader.hpp"
#include "format/writer.hpp"
#include "platforms/memory.hpp"
#include "runtime/base/rng.hpp"

namespace gosset::test {

/// A small valid description; every field of the schema gets a random value.
ModelDescription random_description(Rng& rng);
/// The least that is valid: one tensor, no tokens.
ModelDescription minimal_description();

/// Random contents of segment `segment` of tensor `tensor`.
std::vector<uint8_t> segment_bytes(uint64_t seed, size_t tensor, size_t segment, uint64_t size);
/// Writes the description with those contents through ModelWriter.
Status write_model(const std::string& path, const ModelDescription& description, uint64_t seed);
/// The bytes of that file.
std::string model_bytes(const ModelDescription& description, uint64_t seed);

/// Lays out the segments of `description` as the writer does.
void lay_out(ModelDescription& description, Header& header);
/// A file of header, metadata of `description` as it is, and zeros up to header.file_size. Sizes
/// of header and metadata, and the hash, are filled in; nothing is checked.
std::string assemble(const ModelDescription& description, Header header);
/// The same without the zeros: header and metadata only.
std::string assemble_front(const ModelDescription& description, Header header);
/// Makes header and metadata hash right again after damage.
void rehash(std::string& file);

/// A copy at an address that from_memory() accepts.
Memory aligned(const std::string& bytes);
/// What open() says of these bytes, and what verify() says if open() is content.
Status open_and_verify(const std::string& bytes);
Status open_only(const std::string& bytes);

}  // namespace gosset::test
