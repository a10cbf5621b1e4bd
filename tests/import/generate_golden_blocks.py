#!/usr/bin/env python3
"""Writes golden_blocks.inc: blocks of each readable type as bytes, and the floats that the public
Python package `gguf` makes of them (pip install gguf numpy). Usage: generate_golden_blocks.py > FILE"""
import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import quants

rng = np.random.default_rng(20240229)
VALUES = np.concatenate([rng.standard_normal(64), [0] * 32, np.linspace(-3e4, 3e4, 32)])
VALUES = VALUES.astype(np.float32)


def blocks(kind):
    """Bytes of a few blocks: quantized values, then random codes under unusual scales."""
    if kind == T.F32:
        return VALUES.view(np.uint8)
    if kind == T.F16:
        return VALUES.astype(np.float16).view(np.uint8)
    made = np.frombuffer(quants.quantize(VALUES.reshape(1, -1), kind).tobytes(), np.uint8)
    if kind == T.BF16:
        return made
    scales = {T.Q8_0: 1, T.Q4_0: 1, T.Q4_1: 2}[kind]
    size = 2 * scales + (32 if kind == T.Q8_0 else 16)
    odd = []
    for scale in (0x0001, 0x83ff, 0x7bff, 0x8000, 0x3c01):  # subnormals, largest, -0, 1 + ulp
        block = rng.integers(0, 256, size, dtype=np.uint8)
        block[: 2 * scales] = np.array([scale, 0xfbff][:scales], np.uint16).view(np.uint8)
        odd.append(block)
    return np.concatenate([made, *odd])


def rows(items, fmt, per_line):
    items = [fmt % i for i in items]
    for i in range(0, len(items), per_line):
        print("    " + ", ".join(items[i : i + per_line]) + ",")


print("// Made by generate_golden_blocks.py with the Python package gguf. Do not edit.")
for kind in (T.F32, T.F16, T.BF16, T.Q8_0, T.Q4_0, T.Q4_1):
    data = blocks(kind)
    if kind in (T.F16, T.F32):
        floats = data.view(np.float16 if kind == T.F16 else np.float32).astype(np.float32)
    else:
        floats = quants.dequantize(data.reshape(1, -1), kind).reshape(-1)
    assert floats.dtype == np.float32 and np.isfinite(floats).all()
    print(f"constexpr uint8_t k{kind.name}Bytes[] = {{")
    rows(data, "%d", 20)
    print("};")
    print(f"constexpr uint32_t k{kind.name}Floats[] = {{")
    rows(floats.view(np.uint32), "0x%08x", 7)
    print("};")
