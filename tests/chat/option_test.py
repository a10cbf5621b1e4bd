#!/usr/bin/env python3
"""GOSSET_CHAT_TEMPLATES=OFF leaves every source of the interpreter out of the library; ON has them:
option_test.py SOURCE_FOLDER CMAKE [CMAKE_OPTION...]."""
import json
import os
import subprocess
import sys
import tempfile


def sources(root, cmake, options):
    """The library's sources, relative to the root, as a fresh configuration compiles them."""
    with tempfile.TemporaryDirectory() as build:
        subprocess.run([cmake, "-S", root, "-B", build, "-DGOSSET_BUILD_TOOLS=OFF",
                        "-DGOSSET_BUILD_TESTS=OFF", *options], check=True, capture_output=True)
        with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
            return {os.path.relpath(entry["file"], root) for entry in json.load(file)}


def main(root, cmake, *options):
    folder = "runtime/session/jinja"
    for value in ("ON", "OFF"):
        found = sources(root, cmake, [*options, f"-DGOSSET_CHAT_TEMPLATES={value}"])
        inside = sorted(path for path in found if path.startswith(folder))
        print(f"{value}: {len(inside)} of {len(found)} sources are of {folder}")
        stub = "runtime/session/chat_template_off.cpp" in found
        if (value == "OFF") == bool(inside) or stub != (value == "OFF"):
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.path.realpath(sys.argv[1]), *sys.argv[2:]))
