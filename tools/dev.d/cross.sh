# shellcheck shell=bash
# `tools/dev cross TARGET`: what a target needs, its preset and its tests. Sourced by tools/dev.

cross_aarch64() { # Raspberry Pi 3, 4 and 5, and a processor with everything
    need g++-aarch64-linux-gnu qemu-user
    preset_build aarch64 kernel_tests
    ctest --preset aarch64 -j "$jobs" -L kernel
}

cross_haswell() { # the release build on an x86 without AVX-512, and on one without AVX2
    need qemu-user
    preset_build haswell gosset_cli simd_dispatch_test platforms_cpu_test
    ctest --preset haswell -j "$jobs" -L kernel -R '^(small_model|simd_dispatch|platforms_cpu).*@'
}

# What a target that is not fast enough for all must still do: score and continue a text as every other.
examples() { # PRESET [TEST...]
    local tests
    preset_build "$1" gosset_static example_programs "${@:2}"
    tests=$(IFS='|'; echo "${*:2}")
    ctest --preset "$1" -j "$jobs" -L kernel -R "^(example_.*${tests:+|$tests})@"
}

cross_armhf() { # 32-bit Arm from the Raspberry Pi 2 on: scalar kernels
    need g++-arm-linux-gnueabihf qemu-user
    examples armhf simd_dispatch_test platforms_cpu_test
}

cross_riscv64() { # scalar kernels
    need g++-riscv64-linux-gnu qemu-user
    examples riscv64 simd_dispatch_test platforms_cpu_test
}

cross_wasm() { # scalar kernels, one thread
    need clang-14 lld-14 wasi-libc libc++-dev-wasm32 libclang-rt-14-dev-wasm32 nodejs
    examples wasm
}

cross_android() { # kernel objects alone: no NDK is needed, and nothing can be linked or run
    need clang-14 g++-aarch64-linux-gnu
    preset_build android-kernels
}

# zig TARGET: builds it for macOS on Apple Silicon by the Clang of the Python package ziglang.
zig() {
    need python3-venv llvm-14
    [[ -x build/zig/bin/python ]] || python3 -m venv build/zig
    if ! build/zig/bin/python -m pip install -q --disable-pip-version-check ziglang==0.17.1; then
        say "cross: SKIPPED: ziglang cannot be installed, nothing was compiled for Apple"
        return 0
    fi
    GOSSET_ZIG=$(build/zig/bin/python -c 'import ziglang, os; print(os.path.dirname(ziglang.__file__))')/zig
    export GOSSET_ZIG
    preset_build macos-zig "$1"
}

cross_apple() { # kernel objects alone: there is no emulator
    zig gosset_simd_neon_dotprod
}

cross_macos() { # the command, linked but not run
    zig gosset_cli
}

targets() { compgen -A function cross_ | sed 's/^cross_//' | tr '\n' ' '; }

cross() {
    local target
    verb_setup
    if [[ ${1:-} == all ]]; then
        read -ra chosen <<<"$(targets)"
        set -- "${chosen[@]}"
    fi
    for target in "${@:-aarch64}"; do
        declare -F "cross_$target" >/dev/null || die "no target '$target'; there are: $(targets)all"
        say "== $target"
        "cross_$target"
    done
}
