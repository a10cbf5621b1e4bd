#!/usr/bin/env python3
"""Every lint rule is shown a violation and must complain, and a good file and must not."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "lint"))

import docs  # noqa: E402
import layers  # noqa: E402
import sizes  # noqa: E402
import symbols  # noqa: E402
import words  # noqa: E402


class Tree(unittest.TestCase):
    """A temporary tree of files."""

    def complaints(self, rule, **files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files["files"].items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full) or root, exist_ok=True)
                with open(full, "w", encoding="utf-8") as f:
                    f.write(text)
            return rule.check(root)

    def bad(self, rule, path, text, word):
        found = self.complaints(rule, files={path: text})
        self.assertEqual(len(found), 1, f"{path}: {found}")
        self.assertIn(word, found[0])
        self.assertIn(path, found[0])

    def good(self, rule, path, text):
        self.assertEqual(self.complaints(rule, files={path: text}), [])


class Layers(Tree):
    def test_arrow(self):
        for path, include in [
                ("runtime/base/a.hpp", "platforms/file_map.hpp"),
                ("platforms/a.cpp", "format/reader.hpp"),
                ("format/a.cpp", "simd/codec.hpp"),
                ("simd/a.cpp", "format/reader.hpp"),
                ("simd/a.cpp", "runtime/threads/pool.hpp"),
                ("runtime/threads/a.cpp", "simd/codec.hpp"),
                ("runtime/layers/a.cpp", "runtime/model/model.hpp"),
                ("runtime/model/a.cpp", "runtime/session/session.hpp"),
                ("runtime/session/a.cpp", "gosset/gosset.h"),
                ("runtime/capi.cpp", "tools/import/source.hpp"),
                ("tools/import/a.cpp", "tests/support/support.hpp")]:
            self.bad(layers, path, f'#include "{include}"\n', "arrow")
            self.bad(layers, path, f'  #  include "{include}"\n', "arrow")

    def test_outside(self):
        for path in ("examples/a.c", "platforms/raspberry-pi/a.cpp"):
            for include in ('"runtime/base/status.hpp"', "<platforms/cpu.hpp>"):
                self.bad(layers, path, f"#include {include}\n", "outside program")
            for include in ("<gosset/gosset.h>", "<sys/wait.h>", '"board.hpp"'):
                self.good(layers, path, f"#include {include}\n")

    def test_arrow_good(self):
        for path, include in [
                ("format/a.cpp", "runtime/base/status.hpp"),
                ("format/a.cpp", "format/reader.hpp"),
                ("runtime/model/a.cpp", "simd/codec.hpp"),
                ("runtime/capi.cpp", "gosset/gosset.h"),
                ("tools/gosset/a.cpp", "simd/codec.hpp"),
                ("tests/format/a.cpp", "format/reader.hpp")]:
            self.good(layers, path, f'#include "{include}"\n')

    def test_intrinsics(self):
        for line in ("x = _mm256_add_epi8(a, b);", "__m512i v;", "vaddq_u8(a, b);", "return vld1_s8(p);"):
            self.bad(layers, "simd/codecs/q4/kernel.cpp", line + "\n", "intrinsics only in")
            self.good(layers, "simd/parts/slice.hpp", line + "\n")
        self.good(layers, "simd/codecs/q4/kernel.cpp", "const uint8_t vector_u8 = my_mm_sum(x);\n")

    def test_relative(self):
        self.bad(layers, "format/a.cpp", '#include "reader.hpp"\n', "repository root")

    def test_generated(self):
        self.good(layers, "format/flatbuffers.hpp", '#include "model_generated.h"\n')
        self.good(layers, "format/a.cpp", '#include "format/flatbuffers.hpp"\n')
        self.bad(layers, "format/a.hpp", '#include "model_generated.h"\n', "FlatBuffers")
        self.bad(layers, "runtime/model/a.cpp", '#include "format/flatbuffers.hpp"\n', "FlatBuffers")

    def test_packages(self):
        for header, inside, outside in [
                ("xsimd/xsimd.hpp", "simd/parts/a.hpp", "simd/ops/a.cpp"),
                ("immintrin.h", "simd/parts/a.hpp", "runtime/base/a.hpp"),
                ("immintrin.h", "platforms/cpu.cpp", "simd/codecs/q4/kernel.cpp"),
                ("arm_neon.h", "simd/parts/a.hpp", "simd/ops/a.cpp"),
                ("cpuid.h", "platforms/cpu.cpp", "runtime/model/a.cpp"),
                ("flatbuffers/flatbuffers.h", "format/a.cpp", "format/a.hpp"),
                ("nlohmann/json.hpp", "tools/gosset/a.cpp", "runtime/model/a.cpp"),
                ("CLI/CLI.hpp", "tools/gosset/a.cpp", "format/a.cpp"),
                ("doctest/doctest.h", "tests/simd/a.cpp", "tools/gosset/a.cpp"),
                ("iostream", "tools/gosset/a.cpp", "runtime/session/a.cpp")]:
            self.good(layers, inside, f"#include <{header}>\n")
            self.bad(layers, outside, f"#include <{header}>\n", "only in")


class Sizes(Tree):
    def test_lines(self):
        self.good(sizes, "simd/a.cpp", "int x;\n" * 400)
        self.bad(sizes, "simd/a.cpp", "int x;\n" * 401, "401 lines")
        self.good(sizes, "simd/a.inc", "1,\n" * 5000)
        self.bad(sizes, "tools/lint/a.py", "x = 1\n" * 101, "100 at most")
        self.bad(sizes, "tools/dev", "true\n" * 151, "150 at most")

    def test_bytes(self):
        self.good(sizes, "tests/a.bin", "x" * 512_000)
        self.bad(sizes, "tests/a.bin", "x" * 512_001, "512000 at most")
        self.good(sizes, sizes.MODEL, "x" * 512_001)
        self.bad(sizes, sizes.MODEL, "x" * 14_000_001, "14000000 at most")

    def test_columns(self):
        self.good(sizes, "simd/a.cpp", "//" + "x" * 98 + "\n")
        self.bad(sizes, "simd/a.cpp", "//" + "x" * 99 + "\n", "101 columns")

    def test_headers(self):
        self.good(sizes, "simd/a.hpp", "/// What.\n#pragma once\n")
        self.bad(sizes, "simd/a.hpp", "/// What.\n", "pragma once")
        self.bad(sizes, "simd/a.hpp", "#pragma once\n", "does not open")


class Words(Tree):
    def test_words(self):
        for line, word in [
                ("see https://py" "pi.org/x", "registry"),
                ("http://deb.debian" ".org/debian", "registry"),
                ('open("/wo' 'rk/x")', "one machine"),
                ("cd /ho" "me/me/x", "one machine"),
                ("// TO" "DO: finish", "finish it"),
                ("// caf\u00e9", "not ASCII")]:
            self.bad(words, "docs/a.md", f"good\n{line}\n", word)

    def test_throw(self):
        for path in ["runtime/model/a.cpp", "simd/a.hpp", "platforms/a.cpp", "format/a.cpp"]:
            self.bad(words, path, "if (bad) throw 1;\n", "does not throw")
            for line in ["// who throw stones", "x = \"throw\";", "int throws;", " * to throw"]:
                self.good(words, path, line + "\n")
        self.good(words, "tools/gosset/a.cpp", "throw 1;\n")

    def test_good(self):
        for line in ["$HOME/work/x", "runtime/home/x", "a / work / b", "tools and todo lists"]:
            self.good(words, "docs/a.md", line + "\n")


class Docs(unittest.TestCase):
    VERBS = {"run": {"--help", "-m"}, "cpu": {"--help"}}
    CODECS = ["e8c4", "q8"]
    GOOD = [("README.md", "gosset cpu\n"), ("docs/codecs.md", "`e8c4` `q8`\n    gosset run -m x\n")]

    def found(self, line):
        return docs.compare(self.GOOD + [("docs/a.md", line + "\n")], self.VERBS, self.CODECS)

    def test_good(self):
        for line in ["", "`gosset run -m a` and -x", "gosset run \\\n  -m a", "gosset runs things",
                     "gosset run # --x", "lib/gosset run --x"]:
            self.assertEqual(self.found(line), [], line)

    def test_bad(self):
        for line, word in [("`gosset run --mode`", "no option --mode"), ("gosset run \\\n -q", "-q"),
                           ("gosset walk -m a", "no verb, gosset walk"), ("`e8c5`", "no codec e8c5")]:
            found = self.found(line)
            self.assertEqual(len(found), 1, found)
            self.assertIn(word, found[0])
            self.assertIn("docs/a.md:1", found[0])

    def test_missing(self):
        found = docs.compare(self.GOOD, {**self.VERBS, "verify": set()}, self.CODECS + ["pvq2"])
        self.assertEqual(len(found), 2, found)
        self.assertIn("does not name pvq2", found[0])
        self.assertIn("gosset verify", found[1])


@unittest.skipUnless(shutil.which("readelf") and shutil.which("c++"), "no binutils or compiler")
class Symbols(unittest.TestCase):
    def complaints(self, path, source):
        with tempfile.TemporaryDirectory() as build:
            for name, text in ((path, source), ("simd/CMakeFiles/k_avx2.dir/k.cpp", "int k;")):
                full = os.path.join(build, name)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="ascii") as f:
                    f.write(text)
                subprocess.run(["c++", "-std=c++17", "-fvisibility=hidden", "-c", full,
                                "-o", full + ".o"], check=True)
            return symbols.check(build)

    def test_kernels(self):
        weak = "inline int f() { return 1; } int g() { return f(); }"
        found = self.complaints("simd/CMakeFiles/gosset_avx512.dir/a.cpp", weak)
        self.assertEqual(len(found), 1, found)
        self.assertIn("weak symbol _Z1fv", found[0])
        self.assertEqual(self.complaints("simd/CMakeFiles/gosset_simd.dir/a.cpp", weak), [])

    def test_prints(self):
        for source, word in [
                ('#include <cstdio>\nvoid f(int x) { printf("%d", x); }', "printf"),
                ("#include <cstdlib>\nvoid f() { abort(); }", "abort"),
                ("#include <cstdlib>\nvoid f() { exit(1); }", "exit"),
                ('#include <iostream>\nvoid f() { std::cout << 1; }', "_ZSt4cout")]:
            found = self.complaints("runtime/CMakeFiles/gosset_base.dir/a.cpp", source)
            self.assertTrue(any(f"uses {word}" in f for f in found), found)
            self.assertEqual(self.complaints("tools/CMakeFiles/t.dir/a.cpp", source), [])

    def test_exports(self):
        shown = 'extern "C" __attribute__((visibility("default"))) int '
        found = self.complaints("runtime/a.dir/a.cpp", shown + "other() { return 1; }")
        self.assertEqual(len(found), 1, found)
        self.assertIn("shows other", found[0])
        self.assertEqual(self.complaints("runtime/a.dir/a.cpp", shown + "gosset_x() { return 1; }"), [])

    def test_nothing_built(self):
        with tempfile.TemporaryDirectory() as build:
            self.assertEqual(len(symbols.check(build)), 1)


if __name__ == "__main__":
    unittest.main()
