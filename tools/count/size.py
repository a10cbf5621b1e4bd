#!/usr/bin/env python3
"""What a program pays for the library: size.py BUILD [--check BUILT] [--objects N].

- sections: code, constants and data of the merged archive, stripped (`strip --strip-unneeded`, then
  the sum of text and data of `size`: rodata and unwind tables included, bss not);
- program: the stripped file of a program in C that links it with --gc-sections and generates tokens;
- archive: the stripped file libgosset.a itself, with the relocations that a linker consumes.

--objects lists the largest objects inside. --check compares with the LIMITS of what was built, such
as "all", and exits with 1 above them; 77 is "nothing to compare": another processor or build type."""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

# (processor, what was built): most bytes of (sections, program).
LIMITS = {
    ("x86_64", "all"): (1_300_000, 950_000),
    ("aarch64", "all"): (1_300_000, 950_000),
    ("x86_64", "e8c and q8, no chat"): (720_000, 620_000),
}
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/install/c/main.c")
INCLUDE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../runtime/include")


def cache(build):
    """CMakeCache.txt and the compiler as a dictionary; inside another project they are one folder up."""
    folder = build if os.path.exists(os.path.join(build, "CMakeCache.txt")) \
        else os.path.join(build, "..")
    with open(os.path.join(folder, "CMakeCache.txt"), encoding="utf-8") as f:
        found = dict(re.findall(r"^([\w.]+):\w+=(.*)$", f.read(), re.M))
    for path in glob.glob(os.path.join(folder, "CMakeFiles", "*", "CMakeCCompiler.cmake")):
        with open(path, encoding="utf-8") as f:
            found.update(re.findall(r'^set\((CMAKE_C_COMPILER) "(.*)"\)$', f.read(), re.M))
    return found


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sections(size, path):
    """(text + data, name) of each object in a file."""
    rows = [line.split(None, 5) for line in output(size, path).splitlines()[1:]]
    return [(int(r[0]) + int(r[1]), r[5]) for r in rows]


class Tools:
    """The compiler and the binutils that made a build."""

    def __init__(self, variables):
        self.cc = variables["CMAKE_C_COMPILER"]
        self.strip = variables.get("CMAKE_STRIP") or "strip"
        prefix = re.match(r"(.*/)?([\w-]+-)?", self.strip)[0]
        self.size = shutil.which(prefix + "size") or "size"
        self.machine = output(self.cc, "-dumpmachine").split("-")[0]


def measure(build, tools):
    """(sections, program, archive) in bytes."""
    archive = os.path.join(build, "libgosset.a")
    with tempfile.TemporaryDirectory() as folder:
        stripped, program = os.path.join(folder, "libgosset.a"), os.path.join(folder, "program")
        shutil.copy(archive, stripped)
        output(tools.strip, "--strip-unneeded", stripped)
        output(tools.cc, "-O2", f"-I{INCLUDE}", SOURCE, archive, "-lstdc++", "-lm", "-pthread",
               "-Wl,--gc-sections", "-s", "-o", program)
        return (sum(n for n, _ in sections(tools.size, stripped)), os.path.getsize(program),
                os.path.getsize(stripped))


def print_objects(build, tools, count):
    found = []
    for folder, _, names in os.walk(build):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), build)
            if name.endswith(".o") and re.match(r"(format|platforms|runtime|simd)/", path) \
                    and not re.search(r"gosset_(encode|format_writer)\.dir", path):
                found += [(n, path) for n, _ in sections(tools.size, os.path.join(build, path))]
    for n, path in sorted(found, reverse=True)[:count]:
        print(f"{n:>9} {path}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("--check", metavar="BUILT", help="compare with the limits of this")
    parser.add_argument("--objects", type=int, default=0, help="list the N largest objects")
    arguments = parser.parse_args()
    variables = cache(arguments.build)
    tools = Tools(variables)
    print_objects(arguments.build, tools, arguments.objects)
    measured = measure(arguments.build, tools)
    print(f"{tools.machine}: sections {measured[0]}, program {measured[1]}, archive {measured[2]} bytes")
    if not arguments.check:
        return 0
    limits = LIMITS.get((tools.machine, arguments.check))
    if not limits or variables["CMAKE_BUILD_TYPE"] not in ("Release", "MinSizeRel"):
        print("SKIPPED: no limit for such a build", file=sys.stderr)
        return SKIPPED
    over = [f"{what}: {n} bytes, {most} at most" for what, n, most in
            zip(("sections", "program"), measured, limits) if n > most]
    print("\n".join(over) or "within the limits")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
