#!/usr/bin/env python3
"""platforms/apple and platforms/android against gosset.h, where no compiler of theirs is there:

- every gosset_* and GOSSET_* in a Swift or JNI source is declared in the header, every call has as many
  arguments as its function has parameters, and every snake_case member is a field of a struct there;
- the numbers that Java repeats (statuses, flags) are the header's;
- the table of each JNI file registers the methods of Native.java with their signatures.
"""
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
JAVA = "platforms/android/library/src/main/java/org/gosset"
CPP = "platforms/android/library/src/main/cpp"
OURS = {"gosset_jni"}  # names of this kind that the wrappers make themselves
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
TYPES = {"void": "V", "boolean": "Z", "byte": "B", "int": "I", "long": "J", "float": "F",
         "double": "D", "Receiver": "Lorg/gosset/Native$Receiver;"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return COMMENT.sub("", f.read())


def below(folder, suffixes):
    """path -> text of the sources below a folder, build folders left out."""
    found = {}
    for at, folders, names in os.walk(os.path.join(ROOT, folder)):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in names:
            if name.endswith(suffixes):
                path = os.path.relpath(os.path.join(at, name), ROOT)
                found[path] = read(path)
    return found


def arguments(text, start):
    """How many arguments a list has; text[start] is just behind its opening parenthesis."""
    depth, commas, something = 0, 0, False
    for c in text[start:]:
        if c in ")]}":
            if depth == 0:
                return commas + something
            depth -= 1
        something = something or not c.isspace()
        depth += c in "([{"
        commas += c == "," and depth == 0
    raise AssertionError("a call without an end")


class Header:
    def __init__(self, text):
        self.names = set(re.findall(r"\b(?:gosset|GOSSET)_\w+", text))
        self.words = set(re.findall(r"\b[a-z]\w*", text))
        self.parameters = {}
        for name, list_ in re.findall(r"GOSSET_API[^;(]*?\b(gosset_\w+)\(([^;]*)\);", text):
            self.parameters[name] = 0 if list_.strip() == "void" else list_.count(",") + 1
        self.numbers = {n: int(v) for n, v in re.findall(r"\b(GOSSET_\w+)\s*=\s*(\d+)", text)}
        self.numbers.update(
            (n, int(v)) for n, v in re.findall(r"#define (GOSSET_\w+)\s+(\d+)u?\b", text))

    def complaints(self, path, text):
        text = re.sub(r'#include[^\n]*|"(?:\\.|[^"\\\n])*"', '""', text)
        for name in re.findall(r"\b(?:gosset|GOSSET)_\w+", text):
            if name not in self.names | OURS:
                yield f"{path}: {name} is not in gosset.h"
        for call in re.finditer(r"\b(gosset_\w+)\(", text):
            name, given = call.group(1), arguments(text, call.end())
            if self.parameters.get(name, given) != given:
                yield f"{path}: {name} takes {self.parameters[name]} arguments, not {given}"
        for field in re.findall(r"\.([a-z]+(?:_[a-z0-9]+)+)\b(?!\()", text):
            if path.endswith(".swift") and field not in self.words:
                yield f"{path}: .{field} is no field of gosset.h"


def signature(result, parameters):
    def encode(java):
        return "[" * java.count("[]") + TYPES[java.replace("[]", "")]
    types = [p.split()[0] for p in parameters.split(",") if p.strip()]
    return "(" + "".join(map(encode, types)) + ")" + encode(result)


HEADER = Header(read("runtime/include/gosset/gosset.h"))


class Names(unittest.TestCase):
    def test_header_was_read(self):
        self.assertGreater(len(HEADER.parameters), 35)
        self.assertEqual(HEADER.parameters["gosset_generate"], 9)
        self.assertEqual(HEADER.parameters["gosset_version"], 0)
        self.assertEqual(HEADER.numbers["GOSSET_LIMIT"], 70)

    def test_violations_are_found(self):
        def found(text):
            return list(HEADER.complaints("a.swift", COMMENT.sub("", text)))
        self.assertEqual(found("let s = gosset_model_open(p, &o, &m) // gosset_nothing\n"), [])
        self.assertEqual(found('o.top_p = f(gosset_is_end(m, g(1, 2))) == 1 ? "gosset_x" : o.a.b'), [])
        for text in ("gosset_model_opens(p)", "x = GOSSET_NONE", "gosset_is_end(m)",
                     "gosset_is_end(m, g(1, 2), 3)", "gosset_version(1)", "options.top_kk = 1"):
            self.assertEqual(len(found(text)), 1, text)

    def test_sources(self):
        for folder, suffixes, use in (("platforms/apple/Sources", (".swift",), "gosset_generate"),
                                      (CPP, (".cpp", ".hpp"), "gosset_sequence_restore")):
            sources = below(folder, suffixes)
            self.assertIn(use, " ".join(sources.values()), folder)
            for path, text in sources.items():
                self.assertEqual(list(HEADER.complaints(path, text)), [])

    def test_java_numbers(self):
        statuses = dict(re.findall(r"\b([A-Z_]+) = (\d+)", read(JAVA + "/GossetException.java")))
        header = {n: v for n, v in HEADER.numbers.items() if n in re.findall(
            r"GOSSET_\w+", re.search(r"enum gosset_status .*?\{(.*?)\}",
                                     read("runtime/include/gosset/gosset.h"), re.S).group(1))}
        del header["GOSSET_OK"]
        self.assertEqual({"GOSSET_" + n: int(v) for n, v in statuses.items()}, header)
        flags = dict(re.findall(r"\b([A-Z_]+_SPECIAL) = (\d+)", read(JAVA + "/Model.java")))
        self.assertEqual(len(flags), 2)
        for name, value in flags.items():
            self.assertEqual(int(value), HEADER.numbers["GOSSET_" + name])

    def test_native_methods(self):
        declared = {name: signature(result, parameters) for result, name, parameters in re.findall(
            r"static native ([\w\[\]]+) (\w+)\(([^)]*)\);", read(JAVA + "/Native.java"))}
        registered = dict(re.findall(r'method\("(\w+)",\s*"([^"]+)"',
                                     " ".join(below(CPP, (".cpp",)).values())))
        self.assertGreater(len(declared), 20)
        self.assertEqual(registered, declared)


if __name__ == "__main__":
    unittest.main()
