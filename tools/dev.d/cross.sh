# shellcheck shell=bash
# `tools/dev cross TARGET`: what a target needs, its preset and its tests. Sourced by tools/dev.

# emulated PRESET: the programs of the tests, run under the emulator of the preset.
emulated() {
    preset_build "$1" kernel_tests
    ctest --preset "$1" -j "$jobs" -L kernel
}

cross_aarch64() { # four processors of qemu-user, every tier that each has
    need g++-aarch64-linux-gnu qemu-user
    emulated aarch64
}

cross() {
    local target
    verb_setup
    for target in "${@:-aarch64}"; do
        declare -F "cross_$target" >/dev/null || die "no target '$target'"
        say "== $target"
        "cross_$target"
    done
}
