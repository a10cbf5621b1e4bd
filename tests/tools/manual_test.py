#!/usr/bin/env python3
"""The manual page and the completions say what the command's help says, and their shells and man
understand them: manual_test.py GOSSET."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from command import GOSSET, verbs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MANUAL = os.path.join(ROOT, "tools", "manual")
MAKE = os.path.join(MANUAL, "make.py")
COMPLETE = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gosset; '
            'printf "%s\\n" "${COMPREPLY[@]}"')


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def text(name):
    with open(os.path.join(MANUAL, name), encoding="ascii") as f:
        return f.read()


def needs(program):
    if not shutil.which(program):
        print(f"SKIPPED: no {program}", file=sys.stderr)
    return unittest.skipUnless(shutil.which(program), f"no {program}")


class Manual(unittest.TestCase):
    def test_in_step(self):
        done = run(sys.executable, MAKE, GOSSET, "--check")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_new_option_is_noticed(self):
        """--check against a command whose help has one option more."""
        with tempfile.TemporaryDirectory() as folder:
            other = os.path.join(folder, "gosset")
            with open(other, "w", encoding="ascii") as f:
                f.write(f"#!/bin/sh\n{GOSSET} \"$@\"\n"
                        "[ \"$1\" != cpu ] || echo '  --brand-new UINT=3          A new option'\n")
            os.chmod(other, 0o755)
            done = run(sys.executable, MAKE, other, "--check")
            self.assertEqual(done.returncode, 1)

    def test_every_verb_and_option(self):
        page = text("gosset.1").replace("\\-", "-")
        for verb in verbs():
            self.assertIn(f".SS gosset {verb}\n", page)
            for file in ("gosset.bash", "gosset.zsh", "gosset.fish"):
                self.assertIn(verb, text(file))
        for option in ("--calib-tokens", "--repeat-penalty", "--kv-heads", "--save-logits",
                       "--no-exact"):
            self.assertIn(option, page)
        self.assertNotIn("{false}", page + text("gosset.bash") + text("gosset.zsh"))

    @needs("man")
    def test_man(self):
        done = run("man", "-l", "--warnings", os.path.join(MANUAL, "gosset.1"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("lattice codes", done.stdout)


class Completion(unittest.TestCase):
    def complete(self, *words):
        done = run("bash", "-c", COMPLETE, os.path.join(MANUAL, "gosset.bash"), *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    @needs("bash")
    def test_bash(self):
        self.assertEqual(self.complete("gosset", "q"), ["quantize"])
        self.assertEqual(set(self.complete("gosset", "")), {*verbs(), "--help", "--version"})
        self.assertEqual(self.complete("gosset", "run", "--gre"), ["--greedy"])
        self.assertEqual(self.complete("gosset", "bench", "-o", ""), ["md", "json"])
        self.assertEqual(self.complete("gosset", "run", "-m", f"{ROOT}/LIC"), [f"{ROOT}/LICENSE"])

    @needs("zsh")
    def test_zsh(self):
        done = run("zsh", "-n", os.path.join(MANUAL, "gosset.zsh"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @needs("fish")
    def test_fish(self):
        done = run("fish", "-c", f"source {MANUAL}/gosset.fish; complete -C 'gosset bench --output '")
        self.assertEqual(sorted(line.split("\t")[0] for line in done.stdout.splitlines()),
                         ["json", "md"])


if __name__ == "__main__":
    unittest.main()
