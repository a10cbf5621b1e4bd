#!/usr/bin/env python3
"""Perplexity, divergence and size of a model in every codec: one markdown table.

    tools/quality_table.py --gosset build/release/gosset --text TEXT MODEL [MODEL ...]

MODEL is what `gosset quantize` takes; NAME=MODEL gives it a name. Every codec is written to a
temporary folder (one file at a time) and compared with the model in f16 on the first --windows
windows of --context tokens. No calibration; embedding and head as `gosset quantize` has them.
Needs python3 alone. Progress goes to stderr, the table to stdout.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr.strip()}")
    return json.loads(done.stdout)


def codecs_of(gosset, most_bits):
    listed = run([gosset, "codecs", "-o", "json"])["codecs"]
    return [c["name"] for c in listed if c["bits"] <= most_bits]


def measure(args, model, codec, folder, logits, base):
    path = os.path.join(folder, "m.gosset")
    threads = ["-t", str(args.threads)]
    made = run([args.gosset, "quantize", model, "-o", path, "--codec", codec, "--json"] + threads)
    option = ["--save-logits", logits] if base else ["--logits", logits]
    seen = run([args.gosset, "eval", "-m", path, "-f", args.text, "-c", str(args.context),
                "--windows", str(args.windows), "--json"] + option + threads)
    return made["bpw"], os.path.getsize(path), seen


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", metavar="[NAME=]MODEL")
    parser.add_argument("--gosset", default="build/release/gosset")
    parser.add_argument("--text", required=True)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--windows", type=int, default=32)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--codecs", help="comma-separated; default: all of at most --most-bits")
    parser.add_argument("--most-bits", type=float, default=8)
    args = parser.parse_args()
    names = args.codecs.split(",") if args.codecs else codecs_of(args.gosset, args.most_bits)
    for given in args.models:
        name, _, model = given.rpartition("=")
        name = name or os.path.basename(model.rstrip("/"))
        print(f"\n**{name}**\n\n| codec | bits/weight, all tensors | file, MB | perplexity | KL divergence |\n"
              "|---|---:|---:|---:|---:|")
        with tempfile.TemporaryDirectory() as folder:
            logits = os.path.join(folder, "base.logits")
            for codec in ["f16"] + names:
                start = time.monotonic()
                bpw, size, seen = measure(args, model, codec, folder, logits, codec == "f16")
                kld = "-" if seen["kld_mean"] is None else f"{seen['kld_mean']:.4f} +- {seen['kld_se']:.4f}"
                print(f"| `{codec}` | {bpw:.3f} | {size / 1e6:.2f} | "
                      f"{seen['ppl']:.3f} +- {seen['ppl_se']:.3f} | {kld} |", flush=True)
                print(f"{name} {codec}: {time.monotonic() - start:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
