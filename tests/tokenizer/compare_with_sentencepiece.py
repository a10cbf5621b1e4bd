#!/usr/bin/env python3
"""Compares `gosset tokenize` on a SentencePiece GGUF with the SentencePiece library, over random
strings; ids and decoded text (pip install gguf sentencepiece protobuf).

    compare_with_sentencepiece.py --gosset build/release/gosset [--strings N] [--seed S] MODEL.gguf

The library gets a model of the GGUF's pieces, scores and types: BPE, byte fallback, no normalisation
but U+2581 for spaces, with the space in front that the GGUF wants."""
import argparse
import json
import subprocess
import sys
import time

import gguf
import sentencepiece
from sentencepiece import sentencepiece_model_pb2

import hf_strings

BPE = 2


def library_of(path):
    """The library's processor, and the pieces to make strings of."""
    fields = gguf.GGUFReader(path).fields
    tokens, scores, types = (fields[f"tokenizer.ggml.{k}"].contents() for k in ("tokens", "scores", "token_type"))
    prefix = fields.get("tokenizer.ggml.add_space_prefix")
    model = sentencepiece_model_pb2.ModelProto()
    for token, score, kind in zip(tokens, scores, types):
        model.pieces.add(piece=token, score=score, type=kind)
    trainer, normalizer = model.trainer_spec, model.normalizer_spec
    trainer.model_type, trainer.byte_fallback, trainer.vocab_size = BPE, True, len(tokens)
    trainer.unk_id, trainer.bos_id, trainer.eos_id, trainer.pad_id = types.index(2), -1, -1, -1
    normalizer.name, normalizer.remove_extra_whitespaces = "identity", False
    normalizer.escape_whitespaces = True
    normalizer.add_dummy_prefix = prefix is None or bool(prefix.contents())
    pieces = [t.replace("\u2581", " ") for t, kind in zip(tokens, types) if kind == 1]
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString()), pieces


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gosset", default="build/release/gosset")
    parser.add_argument("--strings", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("model", metavar="MODEL.gguf")
    args = parser.parse_args()
    print(f"seed {args.seed}")
    library, pieces = library_of(args.model)
    # The library takes a NUL for the end of a text.
    texts = [t for t in hf_strings.strings(args.seed, args.strings, pieces=pieces) if "\0" not in t]
    done = subprocess.run([args.gosset, "tokenize", "-m", args.model, "--jsonl", "--no-parse-special"],
                          input="".join(json.dumps(t) + "\n" for t in texts).encode("ascii"),
                          stdout=subprocess.PIPE, check=True)
    differ = 0
    for text, line in zip(texts, done.stdout.splitlines()):
        answer, ids = json.loads(line), library.encode(text)
        if answer["ids"] == ids and answer["text"] == library.decode(ids):
            continue
        differ += 1
        if differ <= 10:
            print(f"  {text!r:.300}\n    library {ids[:60]}\n    gosset  {answer['ids'][:60]} {answer['text']!r:.200}")
    print(f"{args.model}: {len(texts)} strings, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
