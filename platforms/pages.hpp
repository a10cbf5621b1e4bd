/// Pages of memory from the operating system, zeroed or of a file: mmap, and what stands in for it
/// where there is none (WebAssembly: blocks of the heap, into which a file is read). Used by
/// platforms/ alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gosset {

/// Bytes; a power of two. Offsets of map_file are multiples of it.
size_t page_size();

/// `size` zeroed bytes (size > 0, a multiple of page_size()); nullptr and errno on failure.
void* map_zeroed(size_t size);

/// Bytes [offset, offset + size) of the file, to be read only; nullptr and errno on failure.
void* map_file(int fd, uint64_t offset, size_t size);

/// Gives back what one of the two returned, whole.
void unmap(void* base, size_t size);

}  // namespace gosset
