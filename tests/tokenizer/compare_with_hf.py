#!/usr/bin/env python3
"""Compares `gosset tokenize` with the Hugging Face tokenizers library (pip install tokenizers) over
random and adversarial strings, every code point and very long words; ids and decoded text.

    compare_with_hf.py --gosset build/release/gosset [--strings N] [--seed S] MODEL...

MODEL is a tokenizer.json, or ORACLE.json=MODEL to compare another file (a GGUF, a .gosset) with the
library's reading of ORACLE.json. Prints the first differences; exits with 1 if there are any. --speed
compares the time that both take."""
import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import time

from tokenizers import Tokenizer

import hf_strings

CHUNK = 200000  # strings at a time


def run_gosset(gosset, model, texts, options):
    """The answers by `gosset tokenize --jsonl`, and the seconds that they took."""
    lines = "".join(json.dumps(t) + "\n" for t in texts)
    start = time.monotonic()
    done = subprocess.run([gosset, "tokenize", "-m", model, "--jsonl", *options], input=lines.encode("ascii"),
                          stdout=subprocess.PIPE, check=False)
    seconds = time.monotonic() - start
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0:
        print(f"{model}: gosset exits with {done.returncode} after {len(answers)} of {len(texts)} lines")
    return answers, seconds


def run_library(oracle, texts, add_special, parse_special):
    oracle.encode_special_tokens = not parse_special
    start = time.monotonic()
    encoded = oracle.encode_batch(texts, add_special_tokens=add_special)
    seconds = time.monotonic() - start
    ids = [e.ids for e in encoded]
    return list(zip(ids, oracle.decode_batch(ids, skip_special_tokens=False))), seconds


def compare(args, oracle, model, name, texts, options):
    """The number of differences over an iterable of texts."""
    texts, count, differ = iter(texts), 0, 0
    while chunk := list(itertools.islice(texts, CHUNK)):
        count += len(chunk)
        differ += compare_chunk(args, oracle, model, chunk, options)
    print(f"{model}: {name}{' ' if options else ''}{' '.join(options)}: {count} strings, {differ} differ",
          flush=True)
    return differ


def compare_chunk(args, oracle, model, texts, options):
    got, _ = run_gosset(args.gosset, model, texts, options)
    wanted, _ = run_library(oracle, texts, "--add-special" in options, "--no-parse-special" not in options)
    differ = len(texts) - len(got)
    for text, answer, (ids, decoded) in zip(texts, got, wanted):
        if answer["ids"] == ids and answer["text"] == decoded:
            continue
        differ += 1
        if differ <= args.show:
            print(f"  {text!r:.300}\n    library {ids[:60]} {decoded!r:.200}\n"
                  f"    gosset  {answer['ids'][:60]} {answer['text']!r:.200}")
    return differ


def child_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def speed(args, oracle, model):
    """MB of text a second of one processor, in texts of 10 kB: random strings, then words. What
    gosset takes to start and open the tokenizer is taken off."""
    rng = random.Random(args.seed)
    words = " ".join(rng.choice(hf_strings.WORDS + hf_strings.CODE) for _ in range(200000))
    for name, text in (("random", "".join(hf_strings.strings(args.seed, 20000))), ("words", words)):
        texts = [text[i:i + 10000] for i in range(0, len(text), 10000)]
        size = sum(len(t.encode()) for t in texts)
        start = time.process_time()
        for t in texts:
            oracle.encode(t, add_special_tokens=False)
        library = time.process_time() - start
        before = child_seconds()
        run_gosset(args.gosset, model, [""], [])
        opened = child_seconds()
        run_gosset(args.gosset, model, texts, [])
        seconds = child_seconds() - opened - (opened - before)
        print(f"{model}: {name}, {size / 1e6:.1f} MB: gosset {size / 1e6 / max(seconds, 1e-9):.1f} MB/s "
              f"(and {opened - before:.2f} s to open), library {size / 1e6 / library:.1f} MB/s", flush=True)


def compare_model(args, spec):
    oracle_path, _, model = spec.partition("=")
    model = model or oracle_path
    oracle = Tokenizer.from_file(oracle_path)
    added = [t.content for t in oracle.get_added_tokens_decoder().values()]
    if len(added) > 300:  # mostly alike
        added = added[:100] + added[-100:]
    vocabulary = sorted(oracle.get_vocab(with_added_tokens=False))
    pieces = [p.replace("\u0120", " ").replace("\u010a", "\n").replace("\u2581", " ") for p in vocabulary]
    texts = list(hf_strings.strings(args.seed, args.strings, added, pieces))
    differ = compare(args, oracle, model, "random", texts, [])
    some = texts[:max(args.strings // 5, 1)]
    differ += compare(args, oracle, model, "random", some, ["--add-special"])
    differ += compare(args, oracle, model, "random", some, ["--no-parse-special"])
    if args.code_points:
        differ += compare(args, oracle, model, "code points", hf_strings.every_code_point(args.code_points), [])
    if args.long:
        differ += compare(args, oracle, model, "long", hf_strings.long_ones(), [])
    if args.speed:
        speed(args, oracle, model)
    return differ


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gosset", default="build/release/gosset")
    parser.add_argument("--strings", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--show", type=int, default=10, help="differences to print for each model")
    parser.add_argument("--code-points", type=int, default=0, metavar="STEP",
                        help="also every STEP-th code point in its contexts (1: all)")
    parser.add_argument("--long", action="store_true", help="also words of 100000 characters")
    parser.add_argument("--speed", action="store_true", help="also print the speed of both")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    args = parser.parse_args()
    print(f"seed {args.seed}")
    differ = sum(compare_model(args, spec) for spec in args.models)
    print(f"{len(args.models)} tokenizers, {differ} differences")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
