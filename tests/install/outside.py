"""What the tests of an installation share: SCRIPT BUILD_FOLDER GOSSET CMAKE [OPTION...], the options
being those of a fresh configuration with the same compilers. Runs commands, and compares what an
outside program prints with what the command prints."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD, GOSSET, CMAKE = (os.path.abspath(a) for a in sys.argv[1:4])
OPTIONS = sys.argv[4:]
del sys.argv[1:]
SHAPE = "--layers 2 --dim 64 --ffn 96 --heads 4 --kv-heads 2 --vocab 256 --codec q8 -s 7".split()


def run(*command, **options):
    """Its standard output; a failure shows all that it said."""
    command = [str(c) for c in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout


def skip(why):
    print(f"SKIPPED: {why}", file=sys.stderr)
    sys.exit(77)  # ctest's SKIP_RETURN_CODE


def make_model(path, command=GOSSET):
    """A small random model; the ids that the command continues 1 2 3 by."""
    run(command, "synth", "-o", path, *SHAPE)
    return run(command, "run", "-m", path, "--prompt-ids", "1 2 3", "-n", "8", "--greedy", "--ids")


def build(source, folder, *options):
    """Configures and builds an outside project; what its build said."""
    run(CMAKE, "-S", source, "-B", folder, *OPTIONS, *options)
    return run(CMAKE, "--build", folder)


def declared():
    """The functions of gosset.h."""
    with open(os.path.join(ROOT, "runtime/include/gosset/gosset.h"), encoding="ascii") as f:
        return set(re.findall(r"^GOSSET_API [^;(]*?\b(gosset_\w+)\(", f.read(), re.M))


def shown(path, *options):
    """The global symbols that a library defines."""
    listing = run("nm", "--defined-only", *options, path)
    return {line.split()[2] for line in listing.splitlines() if len(line.split()) == 3}


def needed(path):
    """(what a program or library needs at run time, its soname)."""
    dynamic = run("readelf", "-dW", path)
    soname = re.search(r"Library soname: \[(.*)\]", dynamic)
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)), soname and soname[1]


def is_system(library):
    """The C library, libm, threads and the C++ runtime."""
    return re.match(r"(libc|libm|libpthread|ld-linux[\w-]*|libstdc\+\+|libgcc_s|libc\+\+(abi)?)\.so",
                    library)
