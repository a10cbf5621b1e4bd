"""The files that the lint rules look at, and the one way in which a rule reports and exits."""
import os
import re
import sys

SKIP = re.compile(r"^(build.*|\.git|\.cache|\.vscode|\.idea|__pycache__)$")
SOURCE = re.compile(r"\.(c|cc|cpp|h|hpp|inc|def|fbs)$")
CODE = re.compile(r"\.(c|cc|cpp|h|hpp)$")
BINARY = re.compile(r"\.(gosset|gguf|safetensors|bin|png|jpg|xz|zst|gz|seed)$")


def files(root):
    """Every file below root as a sorted list of paths with '/', build folders left out."""
    return files_below(root, SKIP)


def files_below(root, skip=re.compile(r"^\.git$")):
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not skip.match(f)]
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if name != ".git":  # a file in a linked checkout
                found.append(path.replace(os.sep, "/"))
    return sorted(found)


def text(root, path):
    """The file's text, or None when it is not text."""
    with open(os.path.join(root, path), "rb") as f:
        data = f.read()
    if b"\0" in data or BINARY.search(path):
        return None
    return data.decode("utf-8", "replace")


def repository():
    """The root of the tree that this script is part of."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main(name, check, argument=None):
    """Runs check(root [, argument]) -> complaints; prints them; exit status 1 when there is one."""
    complaints = check(repository()) if argument is None else check(argument)
    for complaint in complaints:
        print(f"{name}: {complaint}", file=sys.stderr)
    if not complaints:
        print(f"{name}: good")
    sys.exit(1 if complaints else 0)
