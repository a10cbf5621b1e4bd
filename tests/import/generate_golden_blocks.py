#!/usr/bin/env python3
"""Writes golden_blocks.inc: blocks of each readable type as bytes, and the floats that the public
Python package `gguf` makes of them (pip install gguf numpy). Usage: generate_golden_blocks.py > FILE"""
import numpy as np
from gguf import GGML_QUANT_SIZES
from gguf import GGMLQuantizationType as T
from gguf import quants

rng = np.random.default_rng(20240229)
VALUES = np.concatenate([rng.standard_normal(64), [0] * 32, np.linspace(-3e4, 3e4, 32)])
VALUES = VALUES.astype(np.float32)
PLAIN = (T.F32, T.F16, T.BF16)
# Where a block has its binary16 scales.
SCALES = {T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2],
          T.Q2_K: [80, 82], T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208],
          T.IQ4_NL: [0], T.IQ4_XS: [0]}
QUANTIZED = (T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1)  # those that the package can make
# Usual ones of either sign; subnormal; largest; zero; 1 + ulp.
SHORT_SCALES = ((0x2412, 0xa9e7), (0x0001, 0xfbff), (0x83ff, 0x0001), (0x7bff, 0xfbff),
                (0x8000, 0x3401), (0x3c01, 0x8000))
LONG_SCALES = ((0x1412, 0x99e7), (0x9c01, 0x83ff), (0x7bff, 0x7bff))


def random_blocks(kind):
    """Blocks of random bits under chosen scales."""
    length, size = GGML_QUANT_SIZES[kind]
    out = []
    for scales in SHORT_SCALES if length == 32 else LONG_SCALES:
        block = rng.integers(0, 256, size, dtype=np.uint8)
        for at, scale in zip(SCALES[kind], scales):
            block[at : at + 2] = scale & 255, scale >> 8
        out.append(block)
    return np.concatenate(out)


def golden(kind):
    """Bytes of a few blocks, and their floats."""
    if kind == T.F32:
        return VALUES.view(np.uint8), VALUES
    if kind == T.F16:
        half = VALUES.astype(np.float16)
        return half.view(np.uint8), half.astype(np.float32)
    data = np.zeros(0, np.uint8)
    if kind == T.BF16 or kind in QUANTIZED:
        data = np.frombuffer(quants.quantize(VALUES.reshape(1, -1), kind).tobytes(), np.uint8)
    if kind != T.BF16:
        data = np.concatenate([data, random_blocks(kind)])
    return data, quants.dequantize(data.reshape(1, -1), kind).reshape(-1)


def literal(digits):
    return "\n".join(f'     "{digits[i : i + 90]}"' for i in range(0, len(digits), 90))


print("// Made by generate_golden_blocks.py with the Python package gguf. Do not edit.")
print("// Type, bytes, bits of the floats; both in hexadecimal.")
for kind in (*PLAIN, *SCALES):
    data, floats = golden(kind)
    assert floats.dtype == np.float32 and np.isfinite(floats).all()
    bits = "".join("%08x" % x for x in floats.view(np.uint32))
    print(f"    {{ElementType::{kind.name.lower()},\n{literal(data.tobytes().hex())},")
    print(f"{literal(bits)}}},")
