#!/usr/bin/env python3
"""An outside project that takes Gosset's sources by add_subdirectory, with two families of codecs:
its programs in C and C++, static and shared, print what the command prints, its installation holds
nothing of Gosset's, and a model of a family that was left out is refused by name."""
import os
import subprocess
import sys
import tempfile

from outside import (BUILD, CMAKE, GOSSET, HERE, ROOT, SHAPE, build, declared, is_system, make_model,
                     needed, run, shown)


def main():
    # Beside this build, so that a compiler cache knows most of the objects by their relative paths.
    beside = os.path.dirname(BUILD)
    with tempfile.TemporaryDirectory(dir=beside, prefix="build-outside-") as folder:
        model, other = os.path.join(folder, "model.gosset"), os.path.join(folder, "f16.gosset")
        said = make_model(model)
        run(GOSSET, "synth", "-o", other, *[w.replace("q8", "f16") for w in SHAPE])
        build(os.path.join(HERE, "subdirectory"), folder, f"-DGOSSET_SOURCES={ROOT}",
              "-DCMAKE_BUILD_TYPE=Release")
        for name in ("c", "cpp", "shared"):
            got = run(os.path.join(folder, name), model)
            assert got.split() == said.split(), (name, got, said)
        refused = subprocess.run([os.path.join(folder, "c"), other], capture_output=True, text=True,
                                 check=False)
        assert refused.returncode == 1 and "'f16'" in refused.stderr, refused
        library = os.path.join(folder, "gosset", "libgosset.so.1")
        assert shown(library, "-D") == declared(), shown(library, "-D") ^ declared()
        libraries, soname = needed(library)
        assert soname == "libgosset.so.1" and all(map(is_system, libraries)), (soname, libraries)
        assert "libgosset.so.1" in needed(os.path.join(folder, "shared"))[0]
        print(run(sys.executable, os.path.join(ROOT, "tools/count/size.py"), "--check",
                  "e8c and q8, no chat", os.path.join(folder, "gosset")))
        prefix = os.path.join(folder, "installed")
        run(CMAKE, "--install", folder, "--prefix", prefix)
        found = [f for _, _, files in os.walk(prefix) for f in files]
        assert sorted(found) == ["c", "cpp"], found
    print("subdirectory_test: good")


if __name__ == "__main__":
    sys.exit(main())
