#include "tools/gosset/logits_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/gosset/common.hpp"

namespace gosset::cli {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw Failure(path + ": " + what);
}

}  // namespace

LogitsWriter::LogitsWriter(const std::string& path, const LogitsHeader& header)
    : path_(path), part_(path + ".part"), header_(header), file_(std::fopen(part_.c_str(), "wb")) {
    if (!file_ || std::fwrite(&header_, sizeof header_, 1, file_.get()) != 1)
        fail(part_, std::strerror(errno));
}

LogitsWriter::~LogitsWriter() {
    if (file_) std::remove(part_.c_str());  // not finished
}

void LogitsWriter::add(const float* row) {
    if (std::fwrite(row, sizeof(float), header_.vocab, file_.get()) != header_.vocab)
        fail(part_, std::strerror(errno));
    rows_++;
}

void LogitsWriter::finish() {
    if (rows_ != header_.rows) fail(part_, "rows are missing");
    const bool written = std::fflush(file_.get()) == 0 && fsync(fileno(file_.get())) == 0;
    if (!written || std::rename(part_.c_str(), path_.c_str()) != 0)
        fail(path_, std::strerror(errno));
    file_.reset();
}

LogitsReader::LogitsReader(const std::string& path, const LogitsHeader& expected)
    : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    if (!file_) fail(path, std::strerror(errno));
    if (std::fread(&header_, sizeof header_, 1, file_.get()) != 1 ||
        std::memcmp(header_.magic, expected.magic, sizeof header_.magic) != 0)
        fail(path, "not a file of logits (gosset eval --save-logits makes them)");
    if (header_.vocab != expected.vocab) fail(path, "logits of a model with another vocabulary");
    if (header_.context != expected.context) fail(path, "made with another -c");
    if (header_.rows != expected.rows || header_.tokens_xxh3 != expected.tokens_xxh3)
        fail(path, "made from another text, tokenizer or --windows");
    row_ = std::make_unique<float[]>(header_.vocab);
}

const float* LogitsReader::next() {
    if (std::fread(row_.get(), sizeof(float), header_.vocab, file_.get()) != header_.vocab)
        fail(path_, "ends too early");
    return row_.get();
}

}  // namespace gosset::cli
