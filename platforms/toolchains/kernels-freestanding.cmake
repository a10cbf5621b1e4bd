# Kernel objects for a system whose headers are not on this machine (Android): Clang 14 compiles the
# targets gosset_simd_* for GOSSET_KERNEL_TARGET, and nothing is linked. Kernels use a few headers of C++
# and of the C library memcpy and memset alone, so the headers of Debian's g++-aarch64-linux-gnu do.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm64)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GOSSET_KERNEL_TARGET)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER clang-14)
set(CMAKE_CXX_COMPILER clang++-14)
set(CMAKE_C_COMPILER_TARGET ${GOSSET_KERNEL_TARGET})
set(CMAKE_CXX_COMPILER_TARGET ${GOSSET_KERNEL_TARGET})
set(headers /usr/aarch64-linux-gnu/include)
set(CMAKE_CXX_FLAGS_INIT
    "-ffreestanding -nostdinc++ -isystem ${headers}/c++/12 -isystem ${headers}/c++/12/aarch64-linux-gnu -isystem ${headers}")
set(CMAKE_HAVE_LIBC_PTHREAD ON)       # FindThreads asks
set(CMAKE_INCLUDE_PATH /usr/include)  # of packages that are headers alone; platforms/cmake links those
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
