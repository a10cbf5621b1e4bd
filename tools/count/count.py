#!/usr/bin/env python3
"""Instructions per 64 weights in the inner loops of the gemv kernels: count.py [BUILD...] [--codec
NAME,...] [--check].

Reads the kernels' objects in build folders (build/release without arguments); builds and runs
nothing. A panel's loop is the one that prefetches a panel a turn; what loops inside it is multiplied
by its number of turns where that is a constant, and else the figure is unknown and a note says what
of it is known. --check compares with LIMITS and exits with 1 above them; 77 is "nothing to compare"."""
import argparse
import glob
import os
import platform
import re
import shutil
import sys
from typing import NamedTuple

import elf
import flow
import trips

# (codec, tier): all instructions per 64 weights, at most.
LIMITS = {("e8c4", "avx512"): 12, ("e8c4", "avx2"): 30}
PANEL_WEIGHTS = 512
PANEL_BYTES_AT = 36  # in struct Codec of simd/codec.hpp
TOOLS = {"x86_64": ["x86_64-linux-gnu-objdump"], "aarch64": ["aarch64-linux-gnu-objdump"]}
TIERS = ["avx2", "avx512", "neon", "neon_dotprod"]
# They have a gemm for many tokens and no gemv (simd/isas.cmake).
TILE_TIERS = ["avx512_amx"]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


class Gemv(NamedTuple):
    """The built gemv of a codec in a tier; body: its instructions, or None for the reference's."""
    name: str
    tier: str
    bits: float
    panel_bytes: int
    machine: str
    body: list


class Count(NamedTuple):
    all: float = None     # per 64 weights; None: unknown
    vector: float = None
    note: str = ""        # what is unknown, and why
    branches: bool = False  # not all that is counted runs for every panel

    def cell(self):
        if self.all is None:
            return "?"
        return f"{'~' if self.branches else ''}{self.all:.1f} / {self.vector:.1f}"


def find_objdump(machine):
    names = ["objdump"] if platform.machine() == machine else []
    names += TOOLS[machine] + ["llvm-objdump", "llvm-objdump-14"]
    return next((n for n in names if shutil.which(n)), None)


def weigh(machine, function, loop):
    """(instructions, vector ones, prefetches) of one turn of the loop; what is unknown of it."""
    sums, unknown = [0, 0, 0], []
    turns = {}
    for inner in function.loops:
        if inner.blocks < loop.blocks:
            turns[inner] = trips.trip_count(machine, function, inner)
            if turns[inner] is None:
                size = sum(len(function.blocks[b]) for b in inner.blocks)
                at = function.blocks[inner.header][0].address
                unknown.append(f"a loop of {size} instructions at {at:#x} with unknown turns")
    for number in loop.blocks:
        times = 1
        for inner, n in turns.items():
            if number in inner.blocks:
                times *= n or 0
        for i in function.blocks[number]:
            sums[0] += times
            sums[1] += times * i.is_vector()
            sums[2] += times * i.is_prefetch()
            if i.is_call():
                unknown.append(f"a call of {i.symbol or i.operands} at {i.address:#x}")
    return sums, unknown


def panel_loops(machine, function, bits):
    """The innermost loops whose turn prefetches a panel: 64 bytes of code a bit, and more."""
    found = set()
    for number, block in enumerate(function.blocks):
        if any(i.is_prefetch() for i in block):
            around = function.around(number)
            whole = [x for x in around if weigh(machine, function, x)[0][2] >= bits]
            found.update(whole[-1:] or around[-1:])
    return found


def has_branches(function, loop):
    """Whether a turn takes one of several ways, but for the ends of loops."""
    ends = {b for x in function.loops if x.blocks <= loop.blocks for b in x.latches}
    return any(function.blocks[b][-1].is_conditional() for b in loop.blocks - ends)


def find_panel_loop(machine, function, bits):
    """(loop over panels, panels a turn), or (None, why there is none)."""
    loops = panel_loops(machine, function, bits)
    if len(loops) != 1:
        return None, f"{len(loops)} loops with prefetches"
    loop, = loops
    # A panel's 8 bytes of indices may want one more prefetch; a turn may take several panels.
    prefetches = weigh(machine, function, loop)[0][2]
    return loop, max(1, round(prefetches / (bits + 0.4)))


def count_gemv(machine, instructions, bits):
    """Count of one gemv function of a codec with so many nominal bits a weight."""
    function = flow.Function(instructions)
    loop, panels = find_panel_loop(machine, function, bits)
    if loop is None:
        return Count(note=panels)
    (every, vector, prefetches), unknown = weigh(machine, function, loop)
    if prefetches < bits:
        unknown.append(f"only {prefetches} prefetches")
    per_64 = 64 / (PANEL_WEIGHTS * panels)
    if unknown:
        return Count(note=f"{every * per_64:.1f} / {vector * per_64:.1f} and " +
                     ", ".join(sorted(set(unknown))))
    return Count(every * per_64, vector * per_64, branches=has_branches(function, loop))


def members_of(objects, family):
    """A family's codecs in their order as (name, bytes of a panel), from codec.cpp's object."""
    for obj in objects:
        symbol = obj.symbol_ending(f"{family}_familyE")
        if not symbol:
            continue
        place = (symbol.section, symbol.value)
        count = obj.word((place[0], place[1] + 16))
        array = obj.pointers[place[0], place[1] + 8]
        return [(obj.text(obj.pointers[m]), obj.word((m[0], m[1] + PANEL_BYTES_AT)) & 0xffffffff)
                for m in obj.array(array, count)]
    return []


def kernels_of(objects, family):
    """(object, places of the gemv pointers) of a family's table of kernels."""
    for obj in objects:
        symbol = obj.symbol_ending(f"{family}_kernelsE")
        if symbol:
            place = (symbol.section, symbol.value)
            count = obj.word((place[0], place[1] + 8))
            return obj, obj.array(obj.pointers[place], count)
    return None, []


def function_of(objects, obj, entry):
    """(object, place) of the function that the pointer at `entry` of obj names, or None."""
    if entry in obj.pointers:
        return obj, obj.pointers[entry]
    name = obj.outside.get(entry)
    return next(((o, (s.section, s.value)) for o in objects for s in o.symbols
                 if name and s.section and s.name == name), None)


def gemvs_of(objects, family, members, wanted, tier):
    """The Gemv of each codec of a family in one tier."""
    obj, table = kernels_of(objects, family)
    if obj is None:
        return
    objdump = find_objdump(obj.machine)
    if not objdump:
        raise FileNotFoundError(f"no objdump for {obj.machine}")
    sections = {}
    for (name, panel_bytes), entry in zip(members, table):
        if wanted and name not in wanted:
            continue
        bits = float(re.search(r"[\d.]+$", name).group())
        body = None
        if function := function_of(objects, obj, entry):
            owner, place = function
            section = owner.sections[place[0]]
            if (owner, section) not in sections:
                sections[owner, section] = flow.disassemble(objdump, owner.path, section)
            size = owner.symbol_at(place).size
            body = [i for i in sections[owner, section] if place[1] <= i.address < place[1] + size]
        yield Gemv(name, tier, bits, panel_bytes, obj.machine, body)


def load(pattern):
    return [elf.Object(p) for p in sorted(glob.glob(pattern))]


def families():
    """Those of simd/codecs.def, in its order."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, "simd", "codecs.def"), encoding="ascii") as f:
        return re.findall(r"^GOSSET_CODEC\((\w+)\)", f.read(), re.M)


def gemvs(build, wanted):
    """Those of a build folder, family by family, codecs in the order of the registry."""
    root = os.path.join(build, "simd", "CMakeFiles")
    for family in families():
        folder = os.path.join(root, "gosset_simd.dir", "codecs", family)
        members = members_of(load(os.path.join(folder, "*.o")), family)
        for tier in sorted(glob.glob(os.path.join(root, "gosset_simd_*.dir"))):
            isa = re.match(r"gosset_simd_(\w+)\.dir$", os.path.basename(tier)).group(1)
            if isa in TILE_TIERS:
                continue
            objects = load(os.path.join(tier, "codecs", family, "*.o"))
            yield from gemvs_of(objects, family, members, wanted, isa)


def count_build(build, wanted):
    """{(codec, tier): Count} of a build folder."""
    return {(g.name, g.tier): count_gemv(g.machine, g.body, g.bits) if g.body
            else Count(note="the scalar reference") for g in gemvs(build, wanted)}


def print_table(counts):
    isas = sorted({isa for _, isa in counts},
                  key=lambda isa: (TIERS.index(isa) if isa in TIERS else len(TIERS), isa))
    print("Instructions per 64 weights of gemv's loop over panels, all / vector.\n")
    print("| codec     | " + " | ".join(f"{isa:>13}" for isa in isas) + " |")
    print("|-----------|" + "|".join("-" * 14 + ":" for _ in isas) + "|")
    for name in dict.fromkeys(name for name, _ in counts):
        cells = [counts[name, isa].cell() if (name, isa) in counts else "" for isa in isas]
        print(f"| {name:<9} | " + " | ".join(f"{c:>13}" for c in cells) + " |")
    if any(c.branches for c in counts.values()):
        print("\n~: with branches, of which a panel takes only some")
    notes = [f"{name} on {isa}: {c.note}" for (name, isa), c in counts.items() if c.note]
    print("\n?: unknown\n\n  " + "\n  ".join(notes) if notes else "")


def check(counts):
    """The exit status: 1 above a limit, SKIPPED where no limit applies."""
    status = SKIPPED
    for (name, isa), limit in LIMITS.items():
        count = counts.get((name, isa))
        if count is None:
            continue
        status = 0 if status == SKIPPED else status
        if count.all is None or count.all > limit:
            print(f"count: {name} on {isa}: {count.cell()} instructions per 64 weights, {limit} "
                  f"at most {count.note}", file=sys.stderr)
            status = 1
        else:
            print(f"count: {name} on {isa}: {count.all:.1f} of at most {limit}")
    return status


def main():
    parser = argparse.ArgumentParser(prog="count", description=__doc__.split("\n\n")[0])
    parser.add_argument("builds", nargs="*", metavar="BUILD", default=["build/release"])
    parser.add_argument("--codec", default="", help="only these, such as q4,e8c4")
    parser.add_argument("--check", action="store_true", help="compare with the limits")
    arguments = parser.parse_args()
    wanted = set(filter(None, arguments.codec.split(",")))
    if arguments.check:
        wanted = {name for name, _ in LIMITS}
    counts = {}
    try:
        for build in arguments.builds:
            found = count_build(build, wanted)
            if not found:
                print(f"count: no kernels' objects in {build}", file=sys.stderr)
            counts.update(found)
    except (FileNotFoundError, ValueError) as e:  # no objdump; no ELF
        print(f"count: {e}", file=sys.stderr)
        counts = {}
    if arguments.check:
        status = check(counts)
        if status == SKIPPED:
            print("SKIPPED: no kernels to count", file=sys.stderr)
        return status
    if counts:
        print_table(counts)
    return 0 if counts else 1


if __name__ == "__main__":
    sys.exit(main())
