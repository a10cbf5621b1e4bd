/// Replaces operator new and delete of a test program and wraps the C library's malloc,
/// posix_memalign, free, mmap and munmap where the program and our libraries call them (the
/// linker's
/// --wrap; tests/runtime/CMakeLists.txt): counts what was asked for and what lives, and makes the
/// n-th request fail.
#pragma once

namespace gosset::test {

/// Requests so far; blocks and mappings that are alive.
long requests();
long alive();

/// The n-th request from now on fails (1: the next); 0: none.
void fail_request(long n);
/// Whether it came to that.
bool has_failed();

}  // namespace gosset::test
