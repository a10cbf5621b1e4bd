#!/usr/bin/env python3
"""What a processor's scheduling model makes of the built gemv kernels: mca.py [BUILD...] [--cpu NAME]
[--codec NAME,...] [-o md|json] [--check].

llvm-mca simulates the loop over panels (found as count.py finds it) with all loads hitting the first
cache; loops inside it are written out as often as they turn, and where a turn takes one of several
ways, all of them are counted. Cycles become weights per second of so many cores at a clock, and tokens
per second of a model; beside them is what the memory allows. The smaller one binds. This is a
projection: no board was asked. --check: the default codec must be bound by memory; 77 is "nothing to
check"."""
import argparse
import json
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

import count
import flow
import trips

MUST_BIND_MEMORY = {("e8c4", "neon_dotprod")}
ITERATIONS = 100
TRIPLES = {"x86_64": ("x86_64", "icelake-server", ""),
           "aarch64": ("aarch64", "cortex-a76", "+dotprod")}
# Cores whose own model is in newer releases of LLVM, by one that is the same but for its caches.
TWINS = {"cortex-a76": "neoverse-n1"}
A57_WIDTH = 3  # micro-ops a cycle that the model of the Cortex-A57 dispatches
MCA = ["llvm-mca-19", "llvm-mca-18", "llvm-mca-17", "llvm-mca", "llvm-mca-16", "llvm-mca-15",
       "llvm-mca-14"]


class Projection(NamedTuple):
    codec: str
    tier: str
    bytes_per_weight: float
    cycles: float = None         # of a panel of 512 weights
    instructions: float = None   # of 64 weights
    compute_tokens: float = None
    memory_tokens: float = None
    note: str = ""
    branches: bool = False

    def binds(self):
        return "memory" if self.memory_tokens <= self.compute_tokens else "compute"


def turn_of(machine, function, loop):
    """The instructions of one turn in the order of the code, inner loops as often as they turn; or
    None where that is unknown."""
    inner = [x for x in function.loops if x.blocks < loop.blocks]
    found, numbers = [], sorted(loop.blocks)
    while numbers:
        block = numbers[0]
        nested = next((x for x in inner if block in x.blocks), None)  # the outermost comes first
        if nested is None:
            found += function.blocks[block]
            numbers = numbers[1:]
            continue
        times = trips.trip_count(machine, function, nested)
        body = turn_of(machine, function, nested)
        if times is None or body is None:
            return None
        found += body * times
        numbers = [n for n in numbers if n not in nested.blocks]
    return None if any(i.is_call() for i in found) else found


def assembly(machine, instructions):
    """Text for llvm-mca; jumps lead to the next instruction, symbols are gone."""
    lines = []
    for i in instructions:
        operands = re.sub(r"(?:0x)?[0-9a-f]+ <[^>]*>", "#4" if machine == "aarch64" else "0",
                          i.operands)
        if i.name == "adrp":
            operands = operands.split(",")[0] + ", #4096"
        lines.append(f"\t{i.name}\t{operands}")
    return "\n".join(lines) + "\n"


class Mca:
    """llvm-mca with the scheduling model of a processor."""

    def __init__(self, command, machine, cpu):
        self.command = command
        self.triple, usual, self.features = TRIPLES[machine]
        self.cpu = cpu or usual
        self.said = ""
        if cpu is None and usual in TWINS:
            twin = TWINS[usual]
            width, twins_width = self.width(usual), self.width(twin)
            if width == A57_WIDTH and twins_width != A57_WIDTH:
                self.cpu = twin
                self.said = f"{usual} by the model of its twin {twin}"
            elif width == A57_WIDTH:
                self.said = (f"{usual}, which this LLVM schedules by the model of the Cortex-A57 (3 "
                             "micro-ops a cycle, not 4 instructions): too slow")
        elif self.triple == "aarch64" and self.cpu.startswith("apple"):
            self.said = f"{self.cpu}, which LLVM schedules by the model of Cyclone (2013)"
        elif self.triple == "aarch64" and self.width(self.cpu) == A57_WIDTH:
            self.said = f"{self.cpu}, which this LLVM schedules by the model of the Cortex-A57"

    def model(self):
        return self.said or self.cpu

    def width(self, cpu):
        nop = "\tnop\n"
        return self.figure(self.run(cpu, nop, 1), "Dispatch Width")

    def run(self, cpu, text, iterations):
        arguments = [self.command, f"-mtriple={self.triple}", f"-mcpu={cpu}",
                     f"-iterations={iterations}", "-instruction-info=false",
                     "-resource-pressure=false", "-"]
        if self.features:
            arguments.insert(3, f"-mattr={self.features}")
        done = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False)
        if done.returncode or "error:" in done.stderr:
            lines = done.stderr.strip().splitlines()
            raise ValueError(f"{self.command} for {cpu}: {lines[0] if lines else 'no output'}")
        return done.stdout

    @staticmethod
    def figure(output, name):
        found = re.search(rf"^{name}:\s+([\d.]+)$", output, re.M)
        if not found:
            raise ValueError(f"llvm-mca says nothing of {name}")
        return float(found.group(1))

    def cycles(self, text):
        """Of one turn among many."""
        once, often = (self.figure(self.run(self.cpu, text, n), "Total Cycles")
                       for n in (ITERATIONS // 4, ITERATIONS))
        return (often - once) / (ITERATIONS - ITERATIONS // 4)


def project(gemv, mca, board):
    """Projection of one gemv; board: clock in GHz, cores, bandwidth in GB/s, weights in 1e9."""
    bytes_per_weight = gemv.panel_bytes / count.PANEL_WEIGHTS
    memory = board.bandwidth / bytes_per_weight / board.weights
    row = Projection(gemv.name, gemv.tier, bytes_per_weight, memory_tokens=memory)
    if gemv.body is None:
        return row._replace(note="the scalar reference")
    function = flow.Function(gemv.body)
    loop, panels = count.find_panel_loop(gemv.machine, function, gemv.bits)
    if loop is None:
        return row._replace(note=panels)
    turn = turn_of(gemv.machine, function, loop)
    if turn is None:
        return row._replace(note="a call, or a loop with unknown turns, in the loop over panels")
    cycles = mca.cycles(assembly(gemv.machine, turn)) / panels
    compute = board.cores * board.clock * count.PANEL_WEIGHTS / cycles / board.weights
    return row._replace(cycles=cycles, compute_tokens=compute,
                        instructions=len(turn) * 64 / (count.PANEL_WEIGHTS * panels),
                        branches=count.has_branches(function, loop))


def print_table(rows, mca, board):
    print(f"{board.cores} cores at {board.clock:g} GHz, {board.bandwidth:g} GB/s, a model of "
          f"{board.weights:g}e9 weights. Model: {mca.model()}, {mca.command}.\n")
    print("| codec | tier | instructions / 64 w | cycles / panel | w / cycle | 1e9 w/s | "
          "t/s by compute | t/s by memory | t/s | binds |")
    print("|-------|------|---:|---:|---:|---:|---:|---:|---:|---|")
    for r in rows:
        if r.cycles is None:
            print(f"| {r.codec} | {r.tier} | ? | ? | ? | ? | ? | {r.memory_tokens:.1f} | ? | ? |")
            continue
        per_cycle = count.PANEL_WEIGHTS / r.cycles
        print(f"| {r.codec} | {r.tier} | {'~' * r.branches}{r.instructions:.1f} | {r.cycles:.0f} | "
              f"{per_cycle:.2f} | {board.cores * board.clock * per_cycle:.1f} | "
              f"{r.compute_tokens:.1f} | {r.memory_tokens:.1f} | "
              f"{min(r.compute_tokens, r.memory_tokens):.1f} | {r.binds()} |")
    if any(r.branches for r in rows):
        print("\n~: with branches, all of which are counted")
    for r in rows:
        if r.note:
            print(f"\n?: {r.codec} on {r.tier}: {r.note}")


def print_json(rows, mca, board):
    print(json.dumps({
        "model": mca.model(), "mca": mca.command, "clock_ghz": board.clock, "cores": board.cores,
        "bandwidth_gbs": board.bandwidth, "weights_e9": board.weights,
        "rows": [{**r._asdict(), "binds": r.binds() if r.cycles else None} for r in rows]},
        indent=2))


def check(rows):
    """The exit status: 1 where compute binds a codec that must not be, SKIPPED without such."""
    status = count.SKIPPED
    for r in rows:
        if (r.codec, r.tier) in MUST_BIND_MEMORY:
            good = r.cycles is not None and r.binds() == "memory"
            what = r.note or f"{r.compute_tokens:.1f} t/s by compute"
            print(f"mca: {r.codec} on {r.tier}: {what}, {r.memory_tokens:.1f} by memory",
                  file=sys.stdout if good else sys.stderr)
            status = 0 if good and status != 1 else 1
    return status


def positive(text):
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def arguments():
    p = argparse.ArgumentParser(prog="mca", description=__doc__.split("\n\n", maxsplit=1)[0])
    p.add_argument("builds", nargs="*", metavar="BUILD", default=["build/aarch64"])
    p.add_argument("--codec", default="", help="only these, such as q4,e8c4")
    p.add_argument("--tier", default="", help="only these, such as neon_dotprod")
    p.add_argument("--cpu", help="llvm-mca's name (default: cortex-a76, icelake-server)")
    p.add_argument("--mca", help="the llvm-mca to use (default: the newest that is installed)")
    p.add_argument("--clock", type=positive, default=2.4, help="GHz (default: %(default)s)")
    p.add_argument("--cores", type=int, default=4, help="default: %(default)s")
    p.add_argument("--bandwidth", type=positive, default=10, help="GB/s (default: %(default)s)")
    p.add_argument("--weights", type=positive, default=1, help="in 1e9 (default: %(default)s)")
    p.add_argument("-o", "--output", choices=("md", "json"), default="md")
    p.add_argument("--check", action="store_true", help="fail where decoding binds the default codec")
    return p.parse_args()


def projections(a, command):
    """(rows, the Mca); the builds must be of one machine."""
    wanted = set(filter(None, a.codec.split(",")))
    tiers = set(filter(None, a.tier.split(",")))
    if a.check:
        wanted, tiers = ({part[i] for part in MUST_BIND_MEMORY} for i in (0, 1))
    gemvs = [g for build in a.builds for g in count.gemvs(build, wanted)
             if not tiers or g.tier in tiers]
    if not gemvs:
        return [], None
    if len({g.machine for g in gemvs}) > 1:
        raise ValueError("builds for different machines; one at a time")
    mca = Mca(command, gemvs[0].machine, a.cpu)
    return [project(g, mca, a) for g in gemvs], mca


def main():
    a = arguments()
    failure = count.SKIPPED if a.check else 1
    command = a.mca or next((c for c in MCA if shutil.which(c)), None)
    if command is None or not shutil.which(command):
        print(f"{'SKIPPED: ' * a.check}mca: no {command or 'llvm-mca'}; Debian has it in llvm-14, "
              "and with a model of the Neoverse N1 in llvm-19", file=sys.stderr)
        return failure
    try:
        rows, mca = projections(a, command)
    except (OSError, ValueError) as e:
        print(f"mca: {e}", file=sys.stderr)
        return 1
    if not rows:
        print(f"{'SKIPPED: ' * a.check}mca: no such kernels' objects in {' '.join(a.builds)}",
              file=sys.stderr)
        return failure
    if a.check:
        return check(rows)
    (print_json if a.output == "json" else print_table)(rows, mca, a)
    return 0


if __name__ == "__main__":
    sys.exit(main())
