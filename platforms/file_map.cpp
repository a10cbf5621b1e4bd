#include "platforms/file_map.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "platforms/pages.hpp"
#include "runtime/base/checked.hpp"

namespace gosset {
namespace {

/// strerror() of an errno, thread-safe.
std::string reason(int error) {
    return std::system_category().message(error);
}

Result<uint64_t> regular_file_size(int fd) {
    struct stat st;
    if (fstat(fd, &st) != 0) return io_error("cannot stat: " + reason(errno));
    if (S_ISDIR(st.st_mode)) return invalid_argument("is a directory, not a file");
    if (!S_ISREG(st.st_mode)) return invalid_argument("is not a regular file, cannot be mapped");
    return uint64_t(st.st_size);
}

}  // namespace

Result<FileMap> FileMap::open(const std::string& path) {
    int fd;
    do fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // never waits for a FIFO
    while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        const std::string message = path + ": cannot open: " + reason(errno);
        return errno == ENOENT || errno == ENOTDIR ? not_found(message) : io_error(message);
    }
    const Result<uint64_t> size = regular_file_size(fd);
    Result<FileMap> map = size.ok() ? map_fd(fd, 0, *size) : Result<FileMap>(size.status());
    ::close(fd);
    if (!map.ok()) return map.status().in(path);
    return map;
}

Result<FileMap> FileMap::map_fd(int fd, uint64_t offset, uint64_t length) {
    GOSSET_ASSIGN(const uint64_t size, regular_file_size(fd));
    if (!range_fits(offset, length, size))
        return invalid_argument("range of " + std::to_string(length) + " bytes at offset " +
                                std::to_string(offset) + " is beyond the end of a file of " +
                                std::to_string(size) + " bytes");
    FileMap map;
    if (length == 0) return map;

    const uint64_t skip = offset % page_size();
    if (length > uint64_t(PTRDIFF_MAX) - skip)
        return limit_reached("a file of " + std::to_string(length) +
                             " bytes is larger than the address space of this " +
                             std::to_string(sizeof(void*) * 8) + "-bit program");
    const size_t mapped = size_t(length + skip);
    void* base = map_file(fd, offset - skip, mapped);
    if (!base) {
        const int error = errno;
        const std::string message = "cannot map " + std::to_string(length) + " bytes: ";
        return error == ENOMEM ? out_of_memory(message + reason(error))
                               : io_error(message + reason(error));
    }
    map.base_ = base;
    map.mapped_ = mapped;
    map.bytes_ = {static_cast<const uint8_t*>(base) + skip, size_t(length)};
    return map;
}

void FileMap::reset() noexcept {
    if (base_) unmap(base_, mapped_);
    base_ = nullptr;
    mapped_ = 0;
    bytes_ = {};
}

}  // namespace gosset
