#!/usr/bin/env python3
"""platforms/raspberry-pi/package.sh makes a .deb of gosset-pi, here for this machine and against an
installed Gosset: its files, what it says it needs, and that the program inside talks."""
import os
import re
import subprocess
import sys
import tempfile

from outside import BUILD, CMAKE, OPTIONS, ROOT, is_system, needed, run, skip

SCRIPT = os.path.join(ROOT, "platforms/raspberry-pi/package.sh")
MODEL = os.path.join(ROOT, "platforms/models/gosset-tales-29m.gosset")
FILES = {"./usr/bin/gosset-pi": "-rwxr-xr-x", "./usr/share/man/man1/gosset-pi.1.gz": "-rw-r--r--",
         "./usr/share/doc/gosset-pi/copyright": "-rw-r--r--",
         "./usr/share/doc/gosset-pi/changelog.gz": "-rw-r--r--"}


def architecture():
    try:
        name = run("dpkg", "--print-architecture").strip()
    except FileNotFoundError:
        skip("dpkg is missing")
    if name not in ("amd64", "arm64", "armhf"):
        skip(f"package.sh knows no {name}")
    return name


def main():
    machine = architecture()
    with tempfile.TemporaryDirectory() as folder:
        prefix, tree = os.path.join(folder, "prefix"), os.path.join(folder, "tree")
        run(CMAKE, "--install", BUILD, "--prefix", prefix)
        made = {**os.environ, "GOSSET_PI_OUT": os.path.join(folder, "out"),
                "GOSSET_PI_BUILD": os.path.join(folder, "build")}
        package = run("bash", SCRIPT, machine, "-DGOSSET_SOURCES=", f"-DCMAKE_PREFIX_PATH={prefix}",
                      *OPTIONS, env=made).strip()
        assert re.search(rf"/gosset-pi_\d+\.\d+\.\d+_{machine}\.deb$", package), package
        info = run("dpkg-deb", "--info", package)
        for field in ("Package: gosset-pi$", f"Architecture: {machine}$", r"Version: \d+\.\d+\.\d+$",
                      r"Depends: libc6 \(>= 2\.\d+\), .*libstdc\+\+6 \(>= \d+\)$", r"Maintainer: \S", r"Installed-Size: \d+$"):
            assert re.search("^ " + field, info, re.M), (field, info)
        found = {line.split()[-1]: line.split()[:2]
                 for line in run("dpkg-deb", "--contents", package).splitlines()
                 if not line.startswith("d")}
        assert found == {name: [mode, "root/root"] for name, mode in FILES.items()}, found
        run("dpkg", "-x", package, tree)
        program = os.path.join(tree, "usr/bin/gosset-pi")
        assert all(map(is_system, needed(program)[0])), needed(program)
        talk = subprocess.run([program, MODEL, "-t", "1", "-n", "12", "--greedy"], text=True,
                              input="The ship lay at anchor in the\n/quit\n", capture_output=True,
                              check=True)
        assert talk.stdout == " bay, and the captain, who was on watch, was\n", talk
    print("pi_package_test: good")


if __name__ == "__main__":
    sys.exit(main())
