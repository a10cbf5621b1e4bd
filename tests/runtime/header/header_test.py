#!/usr/bin/env python3
"""What gosset.h promises about itself: the comment above each function says who may call it at once
("Threads:"), what it may answer ("Errors:") and, where a handle or a pointer comes out, whose that is
("Owner:"); the functions are those of gosset.symbols, which change by being added to, and the library
shows no other symbol. header_test.py NM LIBRARY."""
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = os.path.join(HERE, "../../../runtime/include/gosset/gosset.h")
SYMBOLS = os.path.join(HERE, "gosset.symbols")
# A comment and the functions under it, up to the next comment or blank line.
GROUP = re.compile(r"^/\*((?:(?!\*/).)*)\*/\n((?:GOSSET_API [^;]*;\n)+)", re.M | re.S)
NAME = re.compile(r"\b(gosset_\w+)\(")
HANDS_OUT = re.compile(r"gosset_\w+ \*\*out|const \w+ \*\*|^GOSSET_API const char \*", re.M)


def groups(text):
    """(comment, declaration) of every function."""
    for comment, functions in GROUP.findall(text):
        for declaration in re.findall(r"GOSSET_API [^;]*;", functions):
            yield comment, declaration


class Header(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(HEADER, encoding="ascii") as f:
            cls.text = f.read()
        with open(SYMBOLS, encoding="ascii") as f:
            cls.symbols = [line.strip() for line in f if not line.startswith("#")]
        cls.functions = {NAME.search(d)[1]: (c, d) for c, d in groups(cls.text)}

    def test_every_function_has_a_comment(self):
        declared = re.findall(r"^GOSSET_API [^;(]*?\b(gosset_\w+)\(", self.text, re.M)
        self.assertEqual(sorted(self.functions), sorted(declared))

    def test_symbols(self):
        self.assertEqual(self.symbols, sorted(self.functions))

    def test_library(self):
        listing = subprocess.run([NM, "-g", "--defined-only", LIBRARY], check=True, text=True,
                                 capture_output=True).stdout
        shown = [line.split()[2] for line in listing.splitlines() if len(line.split()) == 3]
        self.assertEqual(sorted(shown), self.symbols)

    def test_comments(self):
        for name, (comment, declaration) in self.functions.items():
            with self.subTest(function=name):
                self.assertRegex(comment, r"Threads: (any|own)\b")
                self.assertRegex(comment, r"[Ee]rrors:")
                if HANDS_OUT.search(declaration):
                    self.assertRegex(comment, r"Owner:")

    def test_overview_is_short(self):
        overview = self.text[:self.text.index("#ifndef")].splitlines()
        self.assertLess(len(overview), 35)

    def test_no_comments_of_later_standards(self):
        self.assertNotRegex(re.sub(r"/\*.*?\*/", "", self.text, flags=re.S), r"//")


if __name__ == "__main__":
    NM, LIBRARY = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
