#!/usr/bin/env python3
"""No source is longer than 400 lines (tables in .inc files are exempt), no line than 100 columns
in code, no lint rule than 100 lines; headers open with their purpose and #pragma once. No file is
larger than 512 KB but the one model that the repository carries."""
import os
import re

import tree

LIMITED = re.compile(r"\.(c|cc|cpp|h|hpp|def|fbs|py|sh|cmake)$|CMakeLists\.txt$|^tools/dev$")
MAX_LINES, MAX_LINT_LINES, MAX_DEV_LINES, MAX_COLUMNS = 400, 100, 150, 100
MODEL = "platforms/models/gosset-tales-29m.gosset"
MAX_BYTES, MAX_MODEL_BYTES = 512_000, 14_000_000


def limit_of(path):
    if path.startswith("tools/lint/"):
        return MAX_LINT_LINES
    return MAX_DEV_LINES if path == "tools/dev" else MAX_LINES


def check_header(path, source):
    """Complaints about the head of a C++ header."""
    if not path.endswith(".hpp"):
        return []
    found = []
    if "#pragma once" not in source:
        found.append(f"{path}: no #pragma once")
    if not source.startswith("///"):
        found.append(f"{path}: does not open with a /// comment that says what it is")
    return found


def check(root):
    complaints = []
    for path in tree.files(root):
        size, most = os.path.getsize(os.path.join(root, path)), MAX_BYTES
        if path == MODEL:
            most = MAX_MODEL_BYTES
        if size > most:
            complaints.append(f"{path}: {size} bytes, {most} at most")
        if not LIMITED.search(path):
            continue
        source = tree.text(root, path) or ""
        lines = source.splitlines()
        if len(lines) > limit_of(path):
            complaints.append(f"{path}: {len(lines)} lines, {limit_of(path)} at most; "
                              "split it by what it does")
        complaints += check_header(path, source)
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS and tree.CODE.search(path):
                complaints.append(f"{path}:{number}: {len(line)} columns, {MAX_COLUMNS} at most")
    return complaints


if __name__ == "__main__":
    tree.main("sizes", check)
