#!/usr/bin/env python3
"""The tests of the Swift package in platforms/apple, by a Swift compiler on macOS or Linux:
swift_test.py FOLDER_OF_LIBGOSSET. Skipped where there is none."""
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "platforms", "apple")


def skip(why):
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(77)  # ctest's SKIP_RETURN_CODE


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)


def main(library):
    swift = shutil.which("swift")
    if not swift or "Swift version" not in run(swift, "--version").stdout:  # OpenStack has a `swift` too
        skip("no Swift compiler")
    if os.path.exists(os.path.join(PACKAGE, "gosset.xcframework")):
        skip("the package has a gosset.xcframework, and so would not test this build")
    scratch = os.path.join(library, "swift")
    programs = glob.glob(os.path.join(scratch, "**", "*.xctest"), recursive=True)
    for program in {os.path.realpath(p) for p in programs}:
        # It would not be linked again when only the library has changed.
        shutil.rmtree(program) if os.path.isdir(program) else os.remove(program)
    done = run(swift, "test", "--package-path", PACKAGE, "--scratch-path", scratch,
               "-Xswiftc", "-warnings-as-errors", "-Xlinker", "-L" + library)
    output = done.stdout + done.stderr
    ran = [int(n) for n in re.findall(r"Executed (\d+) tests, with 0 failures", output)]
    if done.returncode != 0 or not ran or max(ran) == 0:
        sys.exit(f"status {done.returncode}\n{output[-8000:]}")
    print(f"{max(ran)} tests")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
