#!/usr/bin/env python3
"""An installation, moved after it was made, serves outside projects in C and C++: by find_package, by
pkg-config, static and (if it was built) shared. What it holds is what docs/linking.md says."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from outside import (BUILD, CMAKE, HERE, ROOT, build, declared, is_system, make_model, needed, run,
                     shown)

with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
    SHARED = re.search(r"^GOSSET_SHARED:BOOL=(ON|TRUE|YES|1)$", cache.read(), re.M | re.I)
COMPILERS = {"c": ["cc", "-std=c99", "-Wall", "-Wextra", "-Werror"],
             "cpp": ["c++", "-std=c++17", "-Wall", "-Wextra", "-Werror"]}


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.first, cls.prefix = cls.path("first"), cls.path("moved", "deeper")
        run(CMAKE, "--install", BUILD, "--prefix", cls.first)
        os.makedirs(os.path.dirname(cls.prefix))
        shutil.move(cls.first, cls.prefix)
        cls.model = cls.path("model.gosset")
        cls.said = make_model(cls.model, cls.installed("bin/gosset"))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.holder.name, *parts)

    @classmethod
    def installed(cls, pattern):
        """The one installed file of that name; "*" stands for a folder such as lib or lib64."""
        found = glob.glob(os.path.join(cls.prefix, pattern))
        if len(found) != 1:
            raise AssertionError(f"{pattern}: {found}")
        return found[0]

    def test_files(self):
        found = sorted(os.path.relpath(os.path.join(folder, name), self.prefix)
                       for folder, _, names in os.walk(self.prefix) for name in names)
        names = "\n".join(re.sub(r"^lib[^/]*(/[^/]*-linux-[^/]*)?/", "lib/", f) for f in found)
        expected = ["bin/gosset", "include/gosset/gosset.h", "include/gosset/gosset.hpp",
                    "lib/cmake/gosset/gosset-config-version.cmake",
                    "lib/cmake/gosset/gosset-config.cmake",
                    "lib/cmake/gosset/gosset-targets.cmake", "lib/libgosset.a",
                    "lib/pkgconfig/gosset.pc", "share/bash-completion/completions/gosset",
                    "share/doc/gosset/LICENSE", "share/doc/gosset/copyright",
                    "share/fish/vendor_completions.d/gosset.fish", "share/man/man1/gosset.1",
                    "share/zsh/site-functions/_gosset"]
        if SHARED:
            expected += ["lib/libgosset.so", "lib/libgosset.so.1"]
        # beside them one file of targets a build type
        names = [n for n in names.split("\n") if not re.search(r"gosset-targets-\w+\.cmake$", n)]
        self.assertEqual(sorted(names), sorted(expected))

    def test_no_file_names_a_place(self):
        texts = [self.installed("lib*/pkgconfig/gosset.pc")]
        texts += glob.glob(os.path.join(self.prefix, "lib*/cmake/gosset/*"))
        self.assertGreaterEqual(len(texts), 4)
        for path in texts:
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for place in (ROOT, BUILD, self.first, self.prefix, "/usr/"):
                self.assertNotIn(place, text, path)

    def test_symbols(self):
        self.assertGreater(len(declared()), 30)
        self.assertEqual(shown(self.installed("lib*/libgosset.a"), "-g"), declared())

    def check_program(self, *command, **options):
        self.assertEqual(run(*command, self.model, **options).split(), self.said.split())

    def test_find_package(self):
        for language in ("c", "cpp"):
            with self.subTest(language=language):
                folder = self.path("find_package", language)
                build(os.path.join(HERE, language), folder, f"-DCMAKE_PREFIX_PATH={self.prefix}")
                self.check_program(os.path.join(folder, "main"))

    def test_examples(self):
        folder = self.path("examples")
        build(os.path.join(ROOT, "examples"), folder, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        programs = glob.glob(os.path.join(folder, "example_*"))
        self.assertGreater(len(programs), 4)
        for program in programs:  # tests/examples runs them on a model with a tokenizer
            with self.subTest(program=program):
                usage = subprocess.run([program], capture_output=True, text=True, check=False)
                self.assertEqual(usage.returncode, 2)
                self.assertIn("usage:", usage.stderr)

    @unittest.skipUnless(SHARED, "without GOSSET_SHARED; subdirectory_test has one")
    def test_shared(self):
        for language in ("c", "cpp"):
            folder = self.path("shared", language)
            build(os.path.join(HERE, language), folder, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                  "-DGOSSET_KIND=gosset_shared")
            self.assertIn("libgosset.so.1", needed(os.path.join(folder, "main"))[0])
            self.check_program(os.path.join(folder, "main"))

    def test_pkg_config(self):
        if not shutil.which("pkg-config"):
            self.skipTest("SKIPPED: no pkg-config (Debian: apt-get install pkg-config)")
        place = os.path.dirname(self.installed("lib*/pkgconfig/gosset.pc"))
        environment = {**os.environ, "PKG_CONFIG_PATH": place}
        flags = run("pkg-config", "--cflags", "--libs", "--static", "gosset", env=environment)
        self.assertNotIn("-lstdc++", run("pkg-config", "--libs", "gosset", env=environment))
        for language, compiler in COMPILERS.items():
            with self.subTest(language=language):
                program = self.path(f"pkg-config-{language}")
                source = os.path.join(HERE, language, f"main.{language}")
                if SHARED:  # the linker prefers it
                    flags = flags.replace("-lgosset", "-l:libgosset.a")
                run(*compiler, source, *flags.split(), "-o", program)
                self.check_program(program)

    def test_what_a_program_needs(self):
        folder = self.path("needs")
        build(os.path.join(HERE, "c"), folder, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        libraries, _ = needed(os.path.join(folder, "main"))
        self.assertTrue(all(is_system(name) for name in libraries), libraries)

    def test_wrong_version_is_refused(self):
        source = self.path("newer")
        os.makedirs(source)
        with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="ascii") as f:
            f.write("cmake_minimum_required(VERSION 3.25)\nproject(newer LANGUAGES C)\n"
                    "find_package(gosset 99 REQUIRED)\n")
        done = subprocess.run([CMAKE, "-S", source, "-B", self.path("newer", "build"),
                               f"-DCMAKE_PREFIX_PATH={self.prefix}"], capture_output=True,
                              text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("gosset-config.cmake, version: 0.1", done.stderr)


if __name__ == "__main__":
    unittest.main()
