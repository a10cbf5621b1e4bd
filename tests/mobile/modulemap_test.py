#!/usr/bin/env python3
"""The module CGosset that Swift imports, by Clang, whose module maps those are: the one of the package,
and the one that make-xcframework.sh puts into the frameworks. Skipped where there is no Clang."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
APPLE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "platforms", "apple")
CLANG = next(filter(None, map(shutil.which, ("clang", "clang-14"))), None)
SOURCE = """
gosset_status opened(const char *path, gosset_model **out) {
    gosset_model_options options;
    gosset_model_options_default(&options);
    return GOSSET_NO_TOKEN == 0 ? GOSSET_IO : gosset_model_open(path, &options, out);
}
"""


class ModuleMap(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.addCleanup(self.holder.cleanup)

    def path(self, name):
        return os.path.join(self.holder.name, name)

    def compile(self, language, start, *options):
        """Clang's exit status for a source that begins with `start` and includes nothing."""
        with open(self.path("source"), "w", encoding="utf-8") as f:
            f.write(start + SOURCE)
        done = subprocess.run(
            [CLANG, "-x", language, "-fsyntax-only", "-Werror", "-fmodules",
             "-fmodules-cache-path=" + self.path("cache"), *options, self.path("source")],
            capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stderr

    def test_package(self):
        map_ = "-fmodule-map-file=" + os.path.join(APPLE, "Sources", "CGosset", "module.modulemap")
        for language, start in (("c", "#pragma clang module import CGosset"),
                                ("objective-c", "@import CGosset;")):
            self.assertEqual(self.compile(language, start, map_), (0, ""))
        self.assertNotEqual(self.compile("objective-c", "@import CGosse;", map_)[0], 0)
        self.assertNotEqual(self.compile("objective-c", "", map_)[0], 0)

    def test_framework(self):
        headers = self.path("headers")
        subprocess.run([os.path.join(APPLE, "make-xcframework.sh"), "--headers", headers], check=True,
                       timeout=60)
        found = [os.path.join(folder, f) for folder, _, names in os.walk(headers) for f in names]
        self.assertEqual(sorted(os.path.relpath(f, headers) for f in found),
                         ["gosset/gosset.h", "module.modulemap"])
        self.assertEqual(self.compile("objective-c", "@import CGosset;", "-I" + headers), (0, ""))


if __name__ == "__main__":
    if not CLANG:
        print("SKIPPED: no clang", file=sys.stderr)
        sys.exit(77)
    unittest.main()
