"""The command under test: SCRIPT GOSSET [...]. Calls it and checks how it ends."""
import os
import re
import resource
import subprocess
import sys
import unittest

GOSSET = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "gosset"


def gosset(*arguments, **options):
    """(status, stdout, stderr) of one call. The limit is for what hangs: under a sanitizer and
    beside other work on the machine, seconds become minutes."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([GOSSET, *arguments], capture_output=True, timeout=300, check=False,
                          **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def small_files():
    """Runs in the child: no file may grow beyond 4 KiB, which is what a full disk looks like."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def verbs():
    """The verbs that this binary lists."""
    return re.findall(r"^  (\w+) ", gosset("--help")[1], re.M)


def needs(*names):
    """Skips a test, loudly, while one of the verbs is not linked."""
    missing = [n for n in names if n not in verbs()]
    if missing:
        print(f"SKIPPED: the binary has no verb {' '.join(missing)}", file=sys.stderr)
    return unittest.skipIf(missing, f"no verb {missing}")


class Case(unittest.TestCase):
    def fails(self, status, *arguments, word=None, **options):
        """The call ends in that status, prints nothing and says why in one line that names it."""
        got, out, err = gosset(*arguments, **options)
        self.assertEqual(got, status, (arguments, out, err))
        self.assertEqual(out, "", arguments)
        # a warning may come before
        named = [line for line in err.splitlines() if line.startswith(f"gosset {arguments[0]}: ")]
        self.assertTrue(named, (arguments, err))
        if word:
            self.assertIn(word, err)

    def full_disk(self, out, *arguments):
        """The call fails, names the file, and leaves the folder and the file's old bytes alone."""
        with open(out, "wb") as f:
            f.write(b"old")
        before = sorted(os.listdir(os.path.dirname(out)))
        self.fails(1, *arguments, out, word=os.path.basename(out), preexec_fn=small_files)
        self.assertEqual(sorted(os.listdir(os.path.dirname(out))), before, arguments)
        with open(out, "rb") as f:
            self.assertEqual(f.read(), b"old", arguments)

    def good(self, *arguments, **options):
        status, out, err = gosset(*arguments, **options)
        self.assertEqual(status, 0, (arguments, out, err))
        return out, err
