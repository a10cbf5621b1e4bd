#!/usr/bin/env python3
"""The manual page and the completions of the command, made from its own help:
make.py GOSSET [--check]. They are in the tree, so that a cross build has them; --check says which
ones are not what this binary's help makes, and writes nothing."""
import os
import sys

import completions
import man_page
import read_help

FOLDER = os.path.dirname(os.path.abspath(__file__))


def made(command):
    version, verbs = read_help.read(command)
    return {"gosset.1": man_page.man_page(version, verbs), "gosset.bash": completions.bash(verbs),
            "gosset.zsh": completions.zsh(verbs), "gosset.fish": completions.fish(verbs)}


def main(command, check=""):
    stale = []
    for name, text in made(command).items():
        path = os.path.join(FOLDER, name)
        if not check:
            with open(path, "w", encoding="ascii") as f:
                f.write(text)
        elif not os.path.exists(path) or open(path, encoding="ascii").read() != text:
            stale.append(name)
    if stale:
        print(f"{' '.join(stale)}: not what the command's help says; run tools/manual/make.py "
              f"{command}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
