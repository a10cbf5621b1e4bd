#!/usr/bin/env python3
"""Words that have no place in the tree: hosts of package registries, paths of one machine, marks of
unfinished work; and anything but ASCII."""
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
