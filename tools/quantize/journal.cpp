#include "tools/quantize/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace gosset::quantize {

namespace {

/// More than any run writes (a line is 200 bytes): whatever is larger is no journal.
constexpr uintmax_t kMostBytes = uintmax_t(64) << 20;

int open_file(const std::string& path, int flags) {
    int fd;
    do fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/// A new name is durable only with its folder; where that cannot be, rename was all there is.
void sync_folder(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    const int fd = open_file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

}  // namespace

std::optional<JournalText> Journal::read(const std::string& path, bool& damaged) {
    std::error_code error;
    damaged = std::filesystem::symlink_status(path, error).type() !=
              std::filesystem::file_type::not_found;
    if (!std::filesystem::is_regular_file(path, error) ||
        std::filesystem::file_size(path, error) > kMostBytes)
        return {};
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    auto journal = JournalText::parse(text);
    if (journal) damaged = false;
    return journal;
}

Journal::~Journal() {
    if (size_ == 0) remove();
    if (fd_ >= 0) ::close(fd_);
}

Status Journal::failure(const char* what) const {
    return io_error(path_ + ": cannot " + what + ": " + std::system_category().message(errno));
}

Status Journal::create(const std::string& path, JournalText text,
                       const std::vector<FinishedTensor>& finished) {
    path_ = path;
    const std::string temp = path + ".tmp";
    std::string lines = text.head();
    for (const FinishedTensor& t : finished) lines += text.line(t);
    text_ = std::move(text);
    std::error_code ignored;
    std::filesystem::remove(temp, ignored);
    fd_ = open_file(temp, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
    if (fd_ < 0) return failure("create");
    Status status = write(lines);
    if (status.ok() && ::rename(temp.c_str(), path.c_str()) != 0) status = failure("rename");
    if (!status.ok()) {
        ::unlink(temp.c_str());
        ::close(fd_);
        fd_ = -1;
        return status;
    }
    sync_folder(path);
    size_ = finished.size();
    return {};
}

Status Journal::write(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
        const ssize_t n = ::write(fd_, text.data() + at, text.size() - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure("write");
        at += size_t(n);
    }
    // fsync: the length of the file is part of it.
    return ::fsync(fd_) == 0 ? Status() : failure("write to disk");
}

Status Journal::append(const FinishedTensor& tensor) {
    GOSSET_TRY(write(text_->line(tensor)));
    size_++;
    return {};
}

void Journal::remove() noexcept {
    if (fd_ < 0) return;
    ::unlink(path_.c_str());
    ::close(fd_);
    fd_ = -1;
}

}  // namespace gosset::quantize
