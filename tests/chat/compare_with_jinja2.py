#!/usr/bin/env python3
"""Compares Gosset's chat templates with jinja2: compare_with_jinja2.py [-n N] [-s SEED] RENDER_LINES
PATH...; RENDER_LINES is the test program of that name, a PATH a .jinja file, a tokenizer_config.json
or a folder to look for both in. Each template renders fixed conversations and N random ones. Needs
jinja2. The exit status is 1 when a text differs, or a template fails only here (or only there)."""
import argparse
import collections
import json
import os
import random
import subprocess
import sys

import conversations
import hf_jinja


def templates_of(path):
    """(name, text) of the chat templates in a file or folder."""
    if os.path.isdir(path):
        for folder, _, files in sorted(os.walk(path)):
            for name in sorted(files):
                if name.endswith(".jinja") or name == "tokenizer_config.json":
                    yield from templates_of(os.path.join(folder, name))
        return
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".jinja"):
        yield os.path.basename(path), text
        return
    found = json.loads(text).get("chat_template")
    name = os.path.basename(os.path.dirname(path))
    if isinstance(found, str):
        yield name, found
    for entry in found if isinstance(found, list) else []:
        yield f"{name}:{entry['name']}", entry["template"]


def ours(program, template, cases):
    now = hf_jinja.NOW
    moment = [now.year, now.month, now.day, now.hour, now.minute, now.second]
    lines = [json.dumps({"template": template, "names": names, "now": moment}) for names in cases]
    done = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def verdict(compiled, names, answer):
    """What became of one case, and an explanation of what is wrong."""
    text, error = compiled.render(names)
    if error and "error" in answer:
        refused = error[len("Refused: "):] if error.startswith("Refused: ") else None
        if refused is not None and not answer["error"].endswith(": " + refused):
            return "fail otherwise", f"{answer['error']} instead of {refused}"
        return "fail in both", ""
    if "error" in answer:
        return "fail here only", answer["error"]
    if error:
        return "fail there only", error
    if text != answer["text"]:
        return "differ", f"\n  expected {text!r}\n  got      {answer['text']!r}"
    return "agree", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=50, help="random conversations a template")
    parser.add_argument("-s", "--seed", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="show every wrong case")
    parser.add_argument("render_lines")
    parser.add_argument("path", nargs="+")
    args = parser.parse_args()
    total, bad = collections.Counter(), 0
    for name, template in (t for path in args.path for t in templates_of(path)):
        cases = conversations.fixed() + conversations.randoms(random.Random(args.seed), args.n)
        compiled = hf_jinja.Template(template)
        counts, first = collections.Counter(), {}
        for names, answer in zip(cases, ours(args.render_lines, template, cases)):
            kind, why = verdict(compiled, names, answer)
            counts[kind] += 1
            first.setdefault(kind, why)
            if args.verbose and why:
                print(f"{name}: {kind}: {why}")
        total += counts
        wrong = [kind for kind in counts if kind not in ("agree", "fail in both")]
        bad += bool(wrong)
        print(f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
        for kind in wrong:
            print(f"    {kind}: {first[kind][:600]}")
    print("total: " + ", ".join(f"{n} {kind}" for kind, n in sorted(total.items())) +
          f"; {bad} templates with a difference")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
