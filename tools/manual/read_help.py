"""What `gosset --help` and `gosset VERB --help` say, as data."""
import re
import subprocess
from typing import NamedTuple

# Names, then perhaps a type with its check and default, then two spaces or a new line and the text.
ENTRY = re.compile(r"^ {2,6}(-[^ ]*|[a-z]\w*)((?: [^ ]+)*) *?(?:  +(.*))?$")
COLUMN = 28  # of a text that begins on the next line, at least
HEADING = re.compile(r"^(Positionals|Options|Subcommands|\[Option Group.*):?$")


class Entry(NamedTuple):
    """An option or, without a dash, an argument. value: "TEXT", "" for a switch; choices: what it
    may be, if few; text: one sentence, with the default."""
    names: list
    value: str
    choices: list
    text: str
    required: bool


class Verb(NamedTuple):
    name: str
    summary: str   # the line of `gosset --help`
    purpose: str   # the first line of its own help
    entries: list
    example: list  # the lines below the options


def call(command, *arguments):
    return subprocess.run([command, *arguments], check=True, capture_output=True, text=True,
                          timeout=60).stdout


def entry(names, annotations, text):
    """From "-n,--new", "UINT=128" and "Most new tokens"; or "--exact,--no-exact{false}=false"."""
    names, _, default = names.partition("=")
    names = re.sub(r"\{[^}]*\}", "", names)
    value, choices = "", []
    kind = re.match(r"([A-Z]+)\b(?::\{([^}]*)\})?", annotations)
    if kind and kind[1] != "REQUIRED":
        value = kind[1]
        choices = kind[2].split(",") if kind[2] else []
        # CLI11 to 2.2 writes TEXT:CHECK=default, later ones TEXT:CHECK [default].
        found = re.search(r"=\[?([^\s\]]+)|\[([^\s\]]+)\]", annotations.replace("[0 - 1]", ""))
        default = (found[1] or found[2]) if found else None
    if default and "default" not in text:
        text = f"{text} (default: {default})".strip()
    return Entry(names.split(","), value, choices, text, "REQUIRED" in annotations)


def read_verb(name, summary, output):
    lines = output.splitlines()
    purpose, entries, example = lines[0].strip(), [], []
    for line in lines[1:]:
        found = ENTRY.match(line)
        if line.startswith("Usage:") or HEADING.match(line.strip()):
            continue
        if not entries and not found:
            continue
        if line.startswith(" " * COLUMN) and not example:
            if line.strip():
                last = entries.pop()
                entries.append((last[0], last[1], f"{last[2]} {line.strip()}".strip()))
        elif found and not example:
            entries.append((found[1], found[2].strip(), (found[3] or "").strip()))
        elif line.startswith("  ") and not example:
            continue  # about a group of options
        elif line.strip() or example:
            example.append(line)
    return Verb(name, summary, purpose, [entry(*e) for e in entries], example)


def read(command):
    """(version, the verbs) of that binary."""
    version = call(command, "--version").split()[1]
    verbs = re.findall(r"^  (\w+) +(.*)$", call(command, "--help"), re.M)
    return version, [read_verb(n, text, call(command, n, "--help")) for n, text in verbs]
