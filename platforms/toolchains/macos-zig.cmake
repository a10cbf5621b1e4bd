# macOS on Apple Silicon from any machine: the Clang, headers and linker of the Python package ziglang.
# GOSSET_ZIG (environment) is its executable. It builds the command and the layers; what it makes is
# unsigned and has never been run. On a Mac, use the preset macos.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)
set(CMAKE_C_COMPILER $ENV{GOSSET_ZIG} cc)
set(CMAKE_CXX_COMPILER $ENV{GOSSET_ZIG} c++)
set(CMAKE_C_FLAGS_INIT "-target aarch64-macos.13.3")
set(CMAKE_CXX_FLAGS_INIT "-target aarch64-macos.13.3")
set(GOSSET_ISA_FLAGS_neon -mcpu=generic)
set(GOSSET_ISA_FLAGS_neon_dotprod -mcpu=generic+dotprod)
set(CMAKE_AR llvm-ar-14)
set(CMAKE_RANLIB llvm-ranlib-14)
set(CMAKE_INSTALL_NAME_TOOL true)
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_OSX_DEPLOYMENT_TARGET "")
set(CMAKE_INCLUDE_PATH /usr/include)  # of packages that are headers alone; platforms/cmake links those
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
