/// What a journal says, as text: which run it belongs to, and one line for every tensor that is
/// complete in the partial file. Every line ends in a checksum; whatever else a journal holds is
/// found and left out. Relies on XXH3 (format/hash.hpp).
///
///   gosset quantize journal 1 0123456789abcdef
///   is source model.gguf xxh3:... <check>
///   is options quantize --codec e8c4 ... <check>
///   tensors 272 <check>
///   done 17 <hash> <error> <energy> <table> <check>      bits of numbers as hexadecimal digits
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simd/kernels.hpp"

namespace gosset::quantize {

/// Everything that decides the bytes of a file, by name.
using RunIdentity = std::vector<std::pair<std::string, std::string>>;

/// A tensor whose segments are all written, and what its description gets at the end.
struct FinishedTensor {
    size_t tensor = 0;
    uint64_t hash = 0;             ///< ModelWriter::hash()
    double error = 0, energy = 0;  ///< SquaredError
    std::array<float, kScaleTable> table{};
};

class JournalText {
  public:
    JournalText(RunIdentity identity, size_t tensors);
    /// Empty if the head is not whole. Lines behind it that are damaged, name a tensor twice or one
    /// beyond `tensors`, or hold numbers that no run writes are left out and counted.
    static std::optional<JournalText> parse(std::string_view text);

    const RunIdentity& identity() const { return identity_; }
    size_t tensors() const { return tensors_; }
    const std::vector<FinishedTensor>& finished() const { return finished_; }
    size_t damaged() const { return damaged_; }

    /// The head, with the line feed.
    const std::string& head() const { return head_; }
    /// The line of a tensor, with the line feed.
    std::string line(const FinishedTensor& t) const;

  private:
    RunIdentity identity_;
    size_t tensors_;
    std::string head_;
    std::vector<FinishedTensor> finished_;
    size_t damaged_ = 0;
};

}  // namespace gosset::quantize
