#include "tools/gosset/logits_file.hpp"

#include <cerrno>
#include <cstring>
#include <span>

#include "runtime/base/checked.hpp"
#include "tools/gosset/common.hpp"

namespace gosset::cli {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw Failure(path + ": " + what);
}

void check(const Status& status) {
    if (!status.ok()) throw Failure(status.message());
}

std::span<const uint8_t> bytes_of(const void* data, size_t size) {
    return {static_cast<const uint8_t*>(data), size};
}

}  // namespace

LogitsWriter::LogitsWriter(const std::string& path, const LogitsHeader& header)
    : path_(path), header_(header) {
    uint64_t size = 0;
    if (!checked_mul(header.rows, header.vocab * sizeof(float), &size) ||
        !checked_add(size, sizeof header, &size) || size > uint64_t(INT64_MAX))
        fail(path, "the logits exceed the largest file");
    check(file_.create(path, size));
    check(file_.write(0, bytes_of(&header_, sizeof header_)));
}

void LogitsWriter::add(const float* row) {
    if (rows_ == header_.rows) fail(path_, "more rows than announced");
    const size_t size = header_.vocab * sizeof(float);
    check(file_.write(sizeof header_ + rows_ * size, bytes_of(row, size)));
    rows_++;
}

void LogitsWriter::finish() {
    if (rows_ != header_.rows) fail(path_, "rows are missing");
    check(file_.commit());
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
