#!/usr/bin/env python3
"""Writes golden.json beside this file with jinja2 (hf_jinja.py): what the snippets and the templates
of this folder render. The C++ tests read it; only this script needs Python packages."""
import json
import os
import random
import sys

import conversations
import hf_jinja
import snippets

HERE = os.path.dirname(os.path.abspath(__file__))


def outcome(compiled, names):
    text, error = compiled.render(names)
    if error is None:
        return {"text": text}
    return {"refused": error[len("Refused: "):]} if error.startswith("Refused: ") else {"fails": True}


def main():
    folder = os.path.join(HERE, "templates")
    cases = conversations.fixed() + conversations.randoms(random.Random(7), 10)
    templates = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        compiled = hf_jinja.Template(text)
        templates.append({"name": name, "template": text,
                          "outcomes": [outcome(compiled, names) for names in cases]})
    rendered = [{"template": text, **outcome(hf_jinja.Template(text), snippets.NAMES)} for text in snippets.ALL]
    now = hf_jinja.NOW
    golden = {"now": [now.year, now.month, now.day, now.hour, now.minute, now.second],
              "snippet_names": snippets.NAMES, "snippets": rendered,
              "conversations": cases, "templates": templates}
    with open(os.path.join(HERE, "golden.json"), "w", encoding="ascii") as file:
        json.dump(golden, file, indent=0, ensure_ascii=True)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
