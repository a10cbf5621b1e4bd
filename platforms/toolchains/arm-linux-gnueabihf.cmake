# 32-bit Arm Linux by Debian's cross compiler (g++-arm-linux-gnueabihf); programs run under qemu-user.
# Cortex-A7 and later (Raspberry Pi 2 to 5, Zero 2): VFPv4, whose fma the kernels' definition asks for.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(CMAKE_C_FLAGS_INIT -march=armv7-a+neon-vfpv4)
set(CMAKE_CXX_FLAGS_INIT -march=armv7-a+neon-vfpv4)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-arm -L /usr/arm-linux-gnueabihf)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
