#!/usr/bin/env python3
"""platforms/android on a desktop JVM: jni_test.py LIBGOSSET_JNI GOSSET JAVAC JAVA, or --skip WHY.

Compiles the Java classes of the wrapper (as Android's compiler takes them: Java 11) and the test
beside this file, and runs it on the model of the repository with the JVM's checks of every JNI call. Then looks into
the library: what it shows, and how its pages are aligned."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CLASSES = os.path.join(ROOT, "platforms", "android", "library", "src", "main", "java", "org", "gosset")
MODEL = os.path.join(ROOT, "platforms", "models", "gosset-tales-29m.gosset")
PROMPT = "The ship lay at anchor in the"

if sys.argv[1:2] == ["--skip"]:
    print("SKIPPED: " + " ".join(sys.argv[2:]), file=sys.stderr)
    sys.exit(77)  # ctest's SKIP_RETURN_CODE
LIBRARY, GOSSET, JAVAC, JAVA = sys.argv[1:5]
del sys.argv[1:5]


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300,
                          check=False)


class Jni(unittest.TestCase):
    def test_wrapper(self):
        with tempfile.TemporaryDirectory() as folder:
            sources = sorted(os.path.join(d, f) for d in (CLASSES, HERE) for f in os.listdir(d)
                             if f.endswith(".java"))
            made = run(JAVAC, "--release", "11", "-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d",
                       folder, *sources)
            self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
            # What the command says of the same prompt, and so what Java must hear.
            said = run(GOSSET, "run", "-m", MODEL, "-p", PROMPT, "-n", "24", "--greedy", "--exact")
            self.assertEqual(said.returncode, 0, said.stderr)
            done = run(JAVA, "-Xcheck:jni", "-Xmx256m", "--add-opens", "java.base/java.io=ALL-UNNAMED",
                       f"-Djava.library.path={os.path.dirname(LIBRARY)}", "-cp", folder, "GossetTest",
                       MODEL, folder, PROMPT, said.stdout.removesuffix("\n"))
        output = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, output[-8000:])
        # Of -Xcheck:jni; newer JVMs also warn of native libraries as such.
        self.assertIsNone(re.search("WARNING in native|WARNING: JNI|FATAL ERROR", output),
                          output[:4000])
        self.assertRegex(done.stdout, r"^\d+ checks, 0 failed$")

    @unittest.skipUnless(sys.platform == "linux", "an ELF library")
    def test_shows_only_its_entry(self):
        listing = run("nm", "-D", "--defined-only", LIBRARY)
        self.assertEqual(listing.returncode, 0, listing.stderr)
        self.assertEqual([line.split()[-1] for line in listing.stdout.splitlines()], ["JNI_OnLoad"])

    @unittest.skipUnless(sys.platform == "linux", "an ELF library")
    def test_pages_of_16_kib(self):
        listing = run("readelf", "-lW", LIBRARY)
        self.assertEqual(listing.returncode, 0, listing.stderr)
        aligned = re.findall(r"^\s*LOAD\s.*\s(0x[0-9a-f]+)$", listing.stdout, re.M)
        self.assertTrue(aligned)
        self.assertEqual({int(a, 16) % 16384 for a in aligned}, {0}, aligned)


if __name__ == "__main__":
    unittest.main()
