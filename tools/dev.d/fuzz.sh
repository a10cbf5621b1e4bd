# shellcheck shell=bash
# `tools/dev fuzz`: the libFuzzer targets of tests/fuzz, each for a bounded time. Sourced by
# tools/dev. They start from tests/fuzz/corpus and grow in build/fuzz/corpus; a crash leaves its
# input in build/fuzz/crashes.

# fuzz_one NAME SECONDS: shows the end of the log when the target fails.
fuzz_one() {
    local name=$1 seconds=$2 log=build/fuzz/$1.log
    mkdir -p "build/fuzz/corpus/$name" build/fuzz/crashes
    say "fuzz: $name, $seconds s"
    if ! "build/fuzz/tests/fuzz/${name}_fuzz" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crashes/$name-" >"$log" 2>&1; then
        tail -40 "$log"
        return 1
    fi
    grep -E 'stat::(number_of_executed_units|new_units_added)' "$log"
}

fuzz() {
    local seconds=${1:-30} name known failed=0
    [[ $seconds =~ ^[0-9]+$ ]] || die "fuzz: '$seconds' is not a number of seconds"
    if (($# > 0)); then shift; fi
    mapfile -t known < <(sed -nE 's/^ *gosset_fuzz\((\w+).*/\1/p' tests/fuzz/CMakeLists.txt)
    if (($# == 0)); then set -- "${known[@]}"; fi
    for name in "$@"; do
        [[ " ${known[*]} " == *" $name "* ]] || die "fuzz: no target $name; there are: ${known[*]}"
    done
    preset_build fuzz "${@/%/_fuzz}"
    for name in "$@"; do fuzz_one "$name" "$seconds" || failed=1; done
    return $failed
}
