#!/usr/bin/env python3
"""What README.md and docs/ say of the command and the codecs, against a built command:
docs.py GOSSET.

- docs/codecs.md names every codec of the registry, and no page names one that is not there.
- README.md or a page of docs/ names every verb; what they run, `gosset VERB --option`, exists.
"""
import os
import re
import sys

import tree

sys.path.insert(0, os.path.join(tree.repository(), "tools", "manual"))
import read_help  # noqa: E402

CODEC = re.compile(r"`((?:e8c|e8n|pvq|higgs|q)\d(?:\.\d+)?)`")
RUN = re.compile(r"(?<![\w/.-])gosset ([a-z]+)((?: [^`#|;&]*)?)")
OPTION = re.compile(r"(?<![\w-])(--?[a-zA-Z][\w-]*)")


def pages(root):
    for path in tree.files(root):
        if path == "README.md" or path.startswith("docs/") and path.endswith(".md"):
            yield path, tree.text(root, path)


def joined(source):
    """(line number, line) with lines that end in a backslash put together."""
    number, held = 0, ""
    for i, line in enumerate(source.splitlines(), 1):
        number = number if held else i
        held += line
        if line.endswith("\\"):
            held = held[:-1]
            continue
        yield number, held
        held = ""


def check_page(path, source, verbs, codecs):
    """verbs: name -> its options; codecs: names."""
    found = []
    for number, line in joined(source):
        where = f"{path}:{number}"
        found += [f"{where}: there is no codec {name}" for name in CODEC.findall(line)
                  if name not in codecs]
        for verb, rest in RUN.findall(line):
            if verb not in verbs:
                if rest.startswith(" -"):
                    found.append(f"{where}: there is no verb, gosset {verb}")
                continue
            found += [f"{where}: gosset {verb} has no option {option}"
                      for option in OPTION.findall(rest) if option not in verbs[verb]]
    return found


def compare(texts, verbs, codecs):
    """Complaints about pages, a list of (path, text)."""
    found = []
    for path, text in texts:
        found += check_page(path, text, verbs, codecs)
    named = "\n".join(text for path, text in texts if path == "docs/codecs.md")
    found += [f"docs/codecs.md: does not name {c}" for c in codecs if f"`{c}`" not in named]
    everything = "\n".join(text for _, text in texts)
    found += [f"README.md: neither it nor docs/ names gosset {v}" for v in verbs
              if not re.search(rf"gosset {v}\b", everything)]
    return found


def check(command):
    verbs = {v.name: {"-h", "--help", *(n for e in v.entries for n in e.names)}
             for v in read_help.read(command)[1]}
    codecs = re.findall(r"^\| ([a-z]+\d[\w.]*) ", read_help.call(command, "codecs"), re.M)
    if not verbs or not codecs:
        return [f"{command}: its help shows {len(verbs)} verbs and {len(codecs)} codecs"]
    return compare(list(pages(tree.repository())), verbs, codecs)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: docs.py GOSSET")
    tree.main("docs", check, os.path.abspath(sys.argv[1]))
