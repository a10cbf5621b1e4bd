#!/usr/bin/env python3
"""Writes golden/: the two small models of hf_variants.py (kept if they are there; delete them to
train them again on docs/*.md) and for every variant the ids and the decoded text of some strings by
the Hugging Face tokenizers library (pip install tokenizers). golden_test.cpp compares. With a
folder as argument it writes the variants there as NAME/tokenizer.json, for compare_with_hf.py."""
import json
import pathlib
import sys

from tokenizers import Tokenizer

import hf_strings
import hf_variants

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / "golden"
STRINGS, FEWER, SEED = 40, 20, 20240229
MODELS = {"bytes": False, "characters": True}


def models():
    out = []
    for name, characters in MODELS.items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            text = [f.read_text("utf-8") for f in sorted((HERE / "../../docs").glob("*.md"))]
            path.write_text(json.dumps(hf_variants.train(text, characters)) + "\n", "ascii")
        out.append(json.loads(path.read_text("ascii")))
    return out


def golden(variant, base, texts):
    oracle = Tokenizer.from_str(json.dumps(variant))
    some = texts[:FEWER]
    ids = [oracle.encode(t, add_special_tokens=False).ids for t in texts]
    decoded = [oracle.decode(i, skip_special_tokens=False) for i in ids]
    special = [oracle.encode(t).ids for t in some]
    oracle.encode_special_tokens = True
    plain = [oracle.encode(t, add_special_tokens=False).ids for t in some]
    model = {k: v for k, v in variant["model"].items() if base[k] != v}
    return {**variant, "model": model, "ids": ids, "add_special": special, "no_parse_special": plain,
            "decoded": {str(i): d for i, d in enumerate(decoded) if d != texts[i]}}


def main():
    GOLDEN.mkdir(exist_ok=True)
    bases = models()
    variants = hf_variants.variants_of(*bases)
    if len(sys.argv) > 1:
        for name, variant in variants.items():
            folder = pathlib.Path(sys.argv[1]) / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "tokenizer.json").write_text(json.dumps(variant), "ascii")
        return
    tokens = [t for t, _ in hf_variants.PLAIN + hf_variants.FLAGS] + ["<s>", "</s>", "<unk>", "<|end|>"]
    texts = [t for t in hf_strings.strings(SEED, 4 * STRINGS, tokens) if len(t) < 80][:STRINGS]
    out = {"strings": texts, "variants": {}}
    for name, variant in variants.items():
        characters = "<unk>" in variant["model"]["vocab"]
        entry = golden(variant, bases[characters], texts)
        out["variants"][name] = {"base": "characters" if characters else "bytes", **entry}
    lines = json.dumps(out, separators=(",", ":")).replace('],"add_special"', '],\n"add_special"')
    lines = lines.replace('},"', '},\n"')
    (GOLDEN / "variants.json").write_text(lines + "\n", "ascii")


if __name__ == "__main__":
    main()
