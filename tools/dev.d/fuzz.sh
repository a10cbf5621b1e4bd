# shellcheck shell=bash
# `tools/dev fuzz`: the libFuzzer targets of tests/fuzz, each for a bounded time. Sourced by
# tools/dev. Corpora grow in build/fuzz/corpus; a crash leaves its input in build/fuzz/crashes.

fuzz() {
    local seconds=${1:-30} target name failed=0 targets=()
    [[ $seconds =~ ^[0-9]+$ ]] || die "fuzz: '$seconds' is not a number of seconds"
    (($# > 0)) && shift
    preset_build fuzz
    while IFS= read -r target; do
        name=$(basename "$target")
        if (($# == 0)) || [[ " $* " == *" $name "* ]]; then targets+=("$target"); fi
    done < <(find build/fuzz/tests/fuzz -maxdepth 1 -type f -perm -u+x | sort)
    ((${#targets[@]} > 0)) || die "fuzz: no such target: $*"
    mkdir -p build/fuzz/crashes
    for target in "${targets[@]}"; do
        name=$(basename "$target")
        mkdir -p "build/fuzz/corpus/$name"
        say "fuzz: $name, $seconds s"
        "$target" "build/fuzz/corpus/$name" "tests/fuzz/corpus/${name%_fuzz}" -max_total_time="$seconds" -timeout=10 \
            -rss_limit_mb=2048 -artifact_prefix="build/fuzz/crashes/$name-" -print_final_stats=1 \
            >"build/fuzz/$name.log" 2>&1 || { tail -40 "build/fuzz/$name.log"; failed=1; }
        grep -E 'stat::number_of_executed_units' "build/fuzz/$name.log" || true
    done
    return $failed
}
