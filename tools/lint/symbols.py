#!/usr/bin/env python3
"""Looks into the built objects: symbols.py BUILD_FOLDER.

- A kernel object (compiled for one tier) has no weak symbol: the linker keeps one copy of a weak
  function, which may then be the AVX-512 one on a CPU that has none.
- What the library shows to programs begins with gosset_.
- The library never aborts, exits or prints.
"""
import os
import re
import subprocess
import sys

import tree

LIBRARY = re.compile(r"^(runtime|platforms|format|simd)/")
KERNEL = re.compile(r"^simd/.*_(scalar|avx2\w*|avx512\w*|neon\w*)\.dir/")
FORBIDDEN = re.compile(
    r"^_?(abort|exit|_exit|quick_exit|_Exit|printf|puts|putchar|vprintf|perror|__printf_chk|"
    r"__vprintf_chk|__assert_fail|__assert_rtn|stdout|stderr|_ZSt4cout|_ZSt4cerr|_ZSt4clog)$")
# Templates and type information of the standard library, instantiated here; not ours to hide.
STANDARD = re.compile(r"^(_Z\w*?(St|Sa|Ss|SI|SO|9__gnu_cxx|10__cxxabiv1)|DW\.ref\.|__clang_call|_Zn|_Zd)")


def parse(readelf):
    """(name, bind, visibility, defined) of each symbol in the output of readelf -sW."""
    for line in readelf.splitlines():
        fields = line.split()
        if len(fields) < 8 or not fields[0].rstrip(":").isdigit():
            continue
        kind, bind, visibility, section, name = fields[3], fields[4], fields[5], fields[6], fields[7]
        if bind in ("GLOBAL", "WEAK", "UNIQUE") and kind not in ("FILE", "SECTION"):
            yield name.split("@")[0], bind, visibility, section != "UND"


def check_object(path, symbols):
    """Complaints about one object; path is relative to the build folder."""
    found = []
    kernel = bool(KERNEL.search(path))
    for name, bind, visibility, defined in symbols:
        if kernel and defined and bind != "GLOBAL" and not name.startswith(("__asan", "__odr_asan")):
            found.append(f"{path}: weak symbol {name} in a kernel object; make it local")
        if not defined and FORBIDDEN.match(name):
            found.append(f"{path}: uses {name}; the library returns a Status instead")
        if defined and visibility == "DEFAULT" and not name.startswith("gosset_") \
                and not STANDARD.match(name):
            found.append(f"{path}: shows {name} to programs; only gosset_* is public")
    return found


def check(build):
    complaints, kernels, objects = [], 0, 0
    for path in tree.files_below(build):
        if not path.endswith(".o") or not LIBRARY.match(path):
            continue
        listing = subprocess.run(["readelf", "-sW", os.path.join(build, path)], check=True,
                                 capture_output=True, text=True).stdout
        objects += 1
        kernels += bool(KERNEL.search(path))
        complaints += check_object(path, parse(listing))
    if not objects or not kernels:
        complaints.append(f"{build}: {objects} library objects and {kernels} kernel objects; "
                          "build first, or teach KERNEL where they are")
    return complaints


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: symbols.py BUILD_FOLDER")
    tree.main("symbols", check, sys.argv[1])
