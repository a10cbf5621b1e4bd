# WebAssembly by Debian's Clang 14 and wasi-libc (libc++-dev-wasm32, libclang-rt-14-dev-wasm32, lld);
# programs run in Node (wasi.mjs beside this file). One thread, scalar kernels.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER clang-14)
set(CMAKE_CXX_COMPILER clang++-14)
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_FLAGS_INIT -fno-exceptions)
set(CMAKE_CROSSCOMPILING_EMULATOR node --no-warnings ${CMAKE_CURRENT_LIST_DIR}/wasi.mjs)
set(CMAKE_EXECUTABLE_SUFFIX .wasm)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_INCLUDE_PATH /usr/include)  # of packages that are headers alone; platforms/cmake links those
set(CMAKE_HAVE_LIBC_PTHREAD ON)  # FindThreads asks; there is nothing to link
