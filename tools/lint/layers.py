#!/usr/bin/env python3
"""Includes follow the arrow (docs/architecture.md), and packages stay in the folders that own them.

    runtime/base -> platforms -> {format | simd | runtime/threads} -> runtime/layers
                 -> runtime/model -> runtime/session -> C API -> tools; tests may include anything
"""
import re

import tree

# Folder (longest prefix wins) -> rank. An include may only point at a lower rank or its own part.
ARROW = [
    ("runtime/base/", 0), ("platforms/", 1), ("format/", 2), ("simd/", 2), ("runtime/threads/", 2),
    ("runtime/layers/", 3), ("runtime/model/", 4), ("runtime/session/", 5),
    ("runtime/include/", 6), ("runtime/capi", 6), ("tools/", 7), ("tests/", 8), ("examples/", 8),
    ("platforms/android/", 8), ("platforms/apple/", 8), ("platforms/raspberry-pi/", 8),
]
# Package header -> where it may be included.
PACKAGES = [
    (r"xsimd/", r"simd/parts/|simd/xsimd_compat\.hpp$", "xsimd"),
    (r"(\w*mmintrin|immintrin|x86intrin|cpuid|arm_neon|arm_sve|arm_acle)\.h$",
     r"simd/parts/|platforms/|tests/platforms/", "intrinsics"),
    (r"flatbuffers/|\w+_generated\.h$", r"format/(flatbuffers\.hpp|[^/]+\.cpp)$", "FlatBuffers"),
    (r"format/flatbuffers\.hpp$", r"(tests/)?format/", "FlatBuffers"),
    (r"nlohmann/|CLI/", r"tools/|tests/", "nlohmann-json and CLI11"),
    (r"doctest/|doctest\.h$", r"tests/", "doctest"),
    (r"(dnnl|oneapi)", r"simd/onednn/", "oneDNN"),
    (r"iostream$", r"tools/|tests/", "iostream"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
# Intrinsics of x86 and Arm by name: whoever includes simd/parts/ could use them.
INTRINSIC = re.compile(r"\b(_mm\d*_\w+|__m(?:64|128|256|512)[id]?|v\w+_[usf](?:8|16|32|64)(?=\())")
INTRINSICS_IN = re.compile(r"simd/parts/|platforms/|tests/platforms/")
# The C API is what programs include; the library's own parts never do, but for its implementation.
PUBLIC = re.compile(r"^gosset/")
# Programs that show what an outside one may do.
OUTSIDE = re.compile(r"examples/|platforms/raspberry-pi/")


def part_of(path):
    """(prefix, rank) of the layer that a path belongs to, or None."""
    best = None
    for prefix, rank in ARROW:
        if path.startswith(prefix) and (best is None or len(prefix) > len(best[0])):
            best = (prefix, rank)
    return best


def check_include(path, bracket, name):
    """The complaint about one include, or None."""
    target = "runtime/include/" + name if PUBLIC.match(name) else name
    own, other = part_of(path), part_of(target)
    for package, allowed, title in PACKAGES:
        if re.match(package, name) and not re.match(allowed, path):
            return f"{path}: includes {name}; {title} only in {allowed}"
    if OUTSIDE.match(path) and part_of(name):
        return f"{path}: includes {name}; an outside program has only <gosset/...>"
    if bracket == "<" and not PUBLIC.match(name):
        return None
    if own is None:
        return None
    if other is None:
        if "/" not in name and own[1] < 8 and not name.endswith("_generated.h"):
            return f"{path}: include \"{name}\" by its path from the repository root"
        return None
    if other[1] > own[1] or (other[1] == own[1] and other[0] != own[0]):
        if {own[0], other[0]} == {"runtime/include/", "runtime/capi"}:
            return None
        return f"{path}: includes {name}; the arrow points from {other[0]} to the left only"
    return None


def check_intrinsics(path, source):
    """The complaint about the first intrinsic of a file that may use none, or None."""
    found = None if INTRINSICS_IN.match(path) else INTRINSIC.search(source)
    return f"{path}: {found.group(1)}; intrinsics only in {INTRINSICS_IN.pattern}" if found else None


def check(root):
    complaints = []
    for path in tree.files(root):
        if not tree.SOURCE.search(path):
            continue
        source = tree.text(root, path) or ""
        complaints += filter(None, (check_include(path, b, n) for b, n in INCLUDE.findall(source)))
        complaints += filter(None, [check_intrinsics(path, source)])
    return complaints


if __name__ == "__main__":
    tree.main("layers", check)
