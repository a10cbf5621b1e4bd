#!/usr/bin/env python3
"""Writes case_tables.inc and printable.inc beside this file from Python's own Unicode data: the full
mappings of str.upper() and str.lower(), and the characters that repr() escapes. One rule is left
to the code: a capital sigma that ends a word becomes a final sigma."""
import os
import sys
import unicodedata


def code_points():
    return (cp for cp in range(0x110000) if not 0xD800 <= cp < 0xE000)


def runs_of(pairs):
    """(first, last, delta, stride) of ascending (code point, other case) pairs."""
    runs = []
    for cp, to in pairs:
        if runs:
            first, last, delta, stride = runs[-1]
            step = cp - last
            if to - cp == delta and step in (1, 2) and (first == last or step == stride):
                runs[-1] = (first, cp, delta, step)
                continue
        runs.append((cp, cp, to - cp, 1))
    return runs


def case_table(name, change):
    single, special = [], []
    for cp in code_points():
        to = change(chr(cp))
        if len(to) > 1:
            special.append((cp, [ord(c) for c in to] + [0] * (3 - len(to))))
        elif ord(to) != cp:
            single.append((cp, ord(to)))
    yield f"constexpr CaseRun kTo{name}[] = {{"
    for first, last, delta, stride in runs_of(single):
        yield f"    {{{first:#x}, {last:#x}, {delta}, {stride}}},"
    yield "};"
    yield f"constexpr CaseSpecial k{name}Special[] = {{"
    for cp, to in special:
        yield f"    {{{cp:#x}, {{{', '.join(f'{c:#x}' for c in to)}}}}},"
    yield "};"


def hidden_ranges():
    begin = None
    for cp in [*range(0x80, 0x110000), None]:
        hidden = cp is not None and not chr(cp).isprintable()
        if hidden and begin is None:
            begin = cp
        elif not hidden and begin is not None:
            yield begin, (cp or 0x110000) - 1
            begin = None


def write(name, lines):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path, "w", encoding="ascii") as out:
        out.write(f"// Written by generate_tables.py from Unicode {unicodedata.unidata_version}.\n")
        out.writelines(line + "\n" for line in lines)


def main():
    write("case_tables.inc", [*case_table("Upper", str.upper), *case_table("Lower", str.lower)])
    pairs = [f"{{{a:#x}, {b:#x}}}" for a, b in hidden_ranges()]
    rows = ["    " + ", ".join(pairs[i:i + 5]) + "," for i in range(0, len(pairs), 5)]
    write("printable.inc", ["constexpr uint32_t kNotPrintable[][2] = {", *rows, "};"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
