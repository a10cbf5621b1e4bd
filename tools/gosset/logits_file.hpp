/// A file of logits, so that a base model runs once for many comparisons:
///
///     0   u8[8]  "GSSTLGT1"
///     8   u32    vocab: floats of a row
///     12  u32    context: tokens of a window
///     16  u64    rows
///     24  u64    XXH3-64 of the evaluated tokens (u32 each): logits of another text are refused
///     32  f32    [rows][vocab], little-endian
///
/// Relies on format/temp_file.hpp. Errors are thrown as Failure.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "format/temp_file.hpp"

namespace gosset::cli {

struct LogitsHeader {
    char magic[8] = {'G', 'S', 'S', 'T', 'L', 'G', 'T', '1'};
    uint32_t vocab = 0, context = 0;
    uint64_t rows = 0, tokens_xxh3 = 0;
};
static_assert(sizeof(LogitsHeader) == 32);

struct FileCloser {
    void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// Takes the room of all rows at once, so that a full disk shows before the work; the file appears
/// under its name only when finish() saw every row.
class LogitsWriter {
  public:
    LogitsWriter(const std::string& path, const LogitsHeader& header);
    void add(const float* row);
    void finish();

  private:
    std::string path_;
    LogitsHeader header_;
    uint64_t rows_ = 0;
    TempFile file_;
};

/// Gives the rows one after the other.
class LogitsReader {
  public:
    /// Refuses a file whose header differs from `expected`, and says in what.
    LogitsReader(const std::string& path, const LogitsHeader& expected);
    const float* next();  ///< vocab floats, valid until the next call

  private:
    std::string path_;
    LogitsHeader header_;
    std::unique_ptr<float[]> row_;
    File file_;
};

}  // namespace gosset::cli
