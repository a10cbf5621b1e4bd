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
