#include "format/temp_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "format/writer.hpp"

static_assert(sizeof(off_t) == 8, "build with _FILE_OFFSET_BITS=64");

namespace gosset {
namespace {

// Names of the temporary files of this process where a signal handler can read them: no lock, and
// the bytes of a slot do not change while it is live.
constexpr size_t kMaxPath = 4096;
enum : int { kFree, kClaimed, kLive };
struct Slot {
    std::atomic<int> state{kFree};
    char path[kMaxPath];
};
Slot slots[16];
static_assert(std::atomic<int>::is_always_lock_free);

int claim_slot(const std::string& path) {
    for (Slot& s : slots) {
        int expected = kFree;
        if (!s.state.compare_exchange_strong(expected, kClaimed)) continue;
        std::memcpy(s.path, path.c_str(), path.size() + 1);
        s.state.store(kLive);
        return int(&s - slots);
    }
    return -1;
}

bool is_live(const std::string& path) {
    return std::any_of(std::begin(slots), std::end(slots),
                       [&](const Slot& s) { return s.state.load() == kLive && path == s.path; });
}

int open_exclusive(const std::string& path) {
    int fd;
    do fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

int allocate(int fd, uint64_t size) {
#ifdef __APPLE__
    return ftruncate(fd, off_t(size)) == 0 ? 0 : errno;
#else
    int error;
    do error = posix_fallocate(fd, 0, off_t(size));
    while (error == EINTR);
    // The file system cannot reserve: have the size at least; a full disk shows when writing.
    if (error == EOPNOTSUPP || error == ENOTSUP || error == EINVAL || error == ENOSYS)
        error = ftruncate(fd, off_t(size)) == 0 ? 0 : errno;
    return error;
#endif
}

/// The bytes, and of the file's description what is needed to read them.
int sync_data(int fd) {
    int error;
#ifdef __APPLE__
    do error = fsync(fd) == 0 ? 0 : errno;
#else
    do error = fdatasync(fd) == 0 ? 0 : errno;
#endif
    while (error == EINTR);
    return error;
}

std::string directory_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// The new name is durable only with its directory. Some file systems cannot and say EINVAL.
int sync_directory(const std::string& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return 0;  // readable only by name: rename was all we can do
    const int error = fsync(fd) == 0 || errno == EINVAL ? 0 : errno;
    ::close(fd);
    return error;
}

}  // namespace

void remove_temp_files() noexcept {
    for (Slot& s : slots)
        if (s.state.load() == kLive) ::unlink(s.path);
}

Status TempFile::failure(const std::string& what, int error) const {
    std::string message = path_ + ": cannot " + what + ": " + std::system_category().message(error);
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        message += " (the file needs " + std::to_string(size_) + " bytes)";
    return io_error(message);
}

Status TempFile::start(const std::string& path, uint64_t size) {
    discard();
    path_ = path;
    size_ = size;
    kept_ = false;
    struct stat st;
    if (path.empty()) return invalid_argument("the output path is empty");
    if (stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode))
        return invalid_argument(path + ": exists and is not a regular file");
    return {};
}

Status TempFile::create(const std::string& path, uint64_t size) {
    GOSSET_TRY(start(path, size));
    temp_ = path + ".tmp-" + std::to_string(getpid());
    if (temp_.size() >= kMaxPath) return invalid_argument(path + ": the path is too long");
    if (is_live(temp_)) return invalid_argument(path + ": is already being written");
    fd_ = open_exclusive(temp_);
    if (fd_ < 0 && errno == EEXIST) {  // left by a dead process that had our pid
        ::unlink(temp_.c_str());
        fd_ = open_exclusive(temp_);
    }
    if (fd_ < 0) return failure("create", errno);
    slot_ = claim_slot(temp_);
    if (slot_ < 0) {
        discard();
        return limit_reached(path + ": too many files are being written at once");
    }
    if (const int error = allocate(fd_, size)) {
        discard();
        return failure("reserve disk space", error);
    }
    return {};
}

/// For as long as fd_ is open. The name may have been taken over between open and lock.
Status TempFile::lock() const {
    struct stat held, named;
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return invalid_argument(temp_ + ": another process is writing it");
    if (fstat(fd_, &held) != 0) return failure("open " + temp_, errno);
    if (!S_ISREG(held.st_mode)) return invalid_argument(temp_ + ": is not a regular file");
    if (lstat(temp_.c_str(), &named) != 0 || named.st_ino != held.st_ino ||
        named.st_dev != held.st_dev)
        return invalid_argument(temp_ + ": another process has just finished it");
    return {};
}

Status TempFile::open_partial(const std::string& path, uint64_t size) {
    GOSSET_TRY(start(path, size));
    temp_ = path + ".partial";
    // A name that everybody can guess: no link is followed, and no pipe is waited for.
    constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    do fd_ = ::open(temp_.c_str(), kFlags, 0666);
    while (fd_ < 0 && errno == EINTR);
    if (fd_ < 0) return failure("open " + temp_, errno);
    kept_ = true;  // not ours to remove yet
    struct stat st {};
    Status status = lock();
    if (status.ok() && fstat(fd_, &st) == 0) kept_ = st.st_size > 0;
    if (status.ok() && uint64_t(st.st_size) > size && ftruncate(fd_, off_t(size)) != 0)
        status = failure("shorten " + temp_, errno);
    if (status.ok())
        if (const int error = allocate(fd_, size)) status = failure("reserve disk space", error);
    if (!status.ok()) discard();
    kept_ = false;
    return status;
}

Status TempFile::keep() {
    if (const int error = sync_data(fd_)) return failure("write to disk", error);
    kept_ = slot_ < 0;
    return {};
}

Status TempFile::write(uint64_t offset, std::span<const uint8_t> bytes) const {
    while (!bytes.empty()) {
        const size_t step = std::min(bytes.size(), size_t(1) << 30);
        const ssize_t n = ::pwrite(fd_, bytes.data(), step, off_t(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure("write", errno);
        if (n == 0) return failure("write", ENOSPC);
        bytes = bytes.subspan(size_t(n));
        offset += uint64_t(n);
    }
    return {};
}

Status TempFile::read(uint64_t offset, std::span<uint8_t> bytes) const {
    while (!bytes.empty()) {
        const size_t step = std::min(bytes.size(), size_t(1) << 30);
        const ssize_t n = ::pread(fd_, bytes.data(), step, off_t(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure("read back", errno);
        if (n == 0) return io_error(path_ + ": the temporary file was cut by someone");
        bytes = bytes.subspan(size_t(n));
        offset += uint64_t(n);
    }
    return {};
}

Status TempFile::commit() {
    int error = 0;
    do error = fsync(fd_) == 0 ? 0 : errno;
    while (error == EINTR);
    if (error) return failure("write to disk", error);
    if (::rename(temp_.c_str(), path_.c_str()) != 0) return failure("rename into place", errno);
    if (slot_ >= 0) slots[slot_].state.store(kFree);
    slot_ = -1;
    const int close_error = ::close(fd_) == 0 ? 0 : errno;
    fd_ = -1;
    if (close_error) return failure("close", close_error);
    error = sync_directory(directory_of(path_));
    return error ? failure("write its directory to disk", error) : Status();
}

void TempFile::discard() noexcept {
    if (fd_ >= 0) {
        if (!kept_) ::unlink(temp_.c_str());
        ::close(fd_);
    }
    if (slot_ >= 0) slots[slot_].state.store(kFree);
    fd_ = slot_ = -1;
}

}  // namespace gosset
