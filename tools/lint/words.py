#!/usr/bin/env python3
"""Words that have no place in the tree: hosts of package registries, paths of one machine, marks of
unfinished work; `throw` in the library; and anything but ASCII."""
import re

import tree

# Written so that this file does not match itself.
HOSTS = re.compile(r"\b(?:" + "|".join([
    r"py" r"pi\.org", r"python" r"hosted\.org", r"npm" r"js\.(?:org|com)", r"crates" r"\.io",
    r"proxy\.golang" r"\.org", r"repo1?\.maven" r"\.org", r"deb\.debian" r"\.org",
    r"archive\.ubuntu" r"\.com", r"conda\.anaconda" r"\.org", r"rubygems" r"\.org",
]) + r")\b")
# An absolute path into somebody's machine. "$dir/tmp/x" or "a/home/b" are none.
MACHINE = re.compile(r"(?<![\w.$}\)\]~*-])/(?:work|tmp|home|root|Users|mnt)/[\w.-]")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
# Its functions return a Status; make_*.cpp are programs that print tables for it.
LIBRARY = re.compile(r"^(runtime|platforms|format|simd)/(?!.*/make_\w+\.cpp$).*\.(cpp|hpp|h)$")
THROW = re.compile(r"\bthrow\b")
STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//.*|/\*.*?\*/|^\s*\*.*')
EXEMPT = re.compile(r"^(LICENSE$|tests/golden/|tests/fuzz/corpus/)")
MAX_COMPLAINTS = 5  # a file


def check_text(path, source):
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        where = f"{path}:{number}"
        if m := HOSTS.search(line):
            found.append(f"{where}: names a registry host, {m.group()}")
        if m := MACHINE.search(line):
            found.append(f"{where}: a path of one machine, {m.group()}...")
        if m := UNFINISHED.search(line):
            found.append(f"{where}: {m.group()}; finish it or write it into docs/")
        if LIBRARY.match(path) and THROW.search(STRING_OR_COMMENT.sub("", line)):
            found.append(f"{where}: the library does not throw; return a Status")
        if not line.isascii():
            column = next(i for i, c in enumerate(line, 1) if ord(c) > 127)
            found.append(f"{where}:{column}: not ASCII; use an escape")
    return found[:MAX_COMPLAINTS]


def check(root):
    complaints = []
    for path in tree.files(root):
        source = None if EXEMPT.match(path) else tree.text(root, path)
        if source is not None:
            complaints += check_text(path, source)
    return complaints


if __name__ == "__main__":
    tree.main("words", check)
