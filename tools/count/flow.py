"""A disassembled function as basic blocks and natural loops (Aho, Lam, Sethi, Ullman: Compilers,
section 9.6)."""
import re
import subprocess
from typing import NamedTuple

LINE = re.compile(r"^\s*([0-9a-f]+):\s+([a-z][\w.,]*)\s*(.*)$")
TARGET = re.compile(r"(?:0x)?([0-9a-f]+) <")
RELOCATION = re.compile(r"^\s+([0-9a-f]+):\s+(R_\w+)\s+(\S+)$")


class Instruction:
    def __init__(self, address, name, operands):
        self.address, self.name, self.operands = address, name, operands
        self.symbol = None  # of a relocation inside
        found = TARGET.search(operands)
        self.target = int(found.group(1), 16) if found and self.is_jump() else None

    def is_jump(self):
        return bool(re.match(r"(j|b$|b\.|cbn?z|tbn?z)", self.name))

    def is_conditional(self):
        return self.is_jump() and self.name not in ("b", "jmp", "jmpq")

    def is_call(self):
        return self.name in ("bl", "blr", "call", "callq")

    def ends_block(self):
        return self.is_jump() or bool(re.match(r"(ret|br$|ud2|hlt)", self.name))

    def is_vector(self):
        return bool(re.search(r"%[xyz]mm\d|%k\d|\b[vqdsbh]\d+\b", self.operands))

    def is_prefetch(self):
        return self.name.startswith("prefetch") or self.name == "prfm"


def parse(listing):
    """The instructions of objdump's listing (GNU's or LLVM's), relocations in lines of their own."""
    found = []
    for line in listing.splitlines():
        if m := RELOCATION.match(line):
            found[-1].symbol = m.group(3)
        elif m := LINE.match(line):
            # A comment of the disassembler may hold what looks like a target.
            operands = re.split(r"\s+(?:#|//|;)\s", m.group(3))[0]
            found.append(Instruction(int(m.group(1), 16), m.group(2), operands))
    return found


def disassemble(objdump, path, section):
    """The instructions of a section of an object."""
    return parse(subprocess.run([objdump, "-dr", "--no-show-raw-insn", "-j", section, path],
                                check=True, capture_output=True, text=True).stdout)


class Loop(NamedTuple):
    header: int
    blocks: frozenset
    latches: tuple


class Function:
    """blocks: lists of instructions, the entry first; next, previous: numbers of blocks."""

    def __init__(self, instructions):
        first, last = instructions[0].address, instructions[-1].address
        starts = {first}
        for here, after in zip(instructions, instructions[1:]):
            if here.ends_block():
                starts.add(after.address)
            if here.target is not None and first <= here.target <= last:
                starts.add(here.target)
        self.blocks = []
        for instruction in instructions:
            if instruction.address in starts:
                self.blocks.append([])
            self.blocks[-1].append(instruction)
        at = {block[0].address: i for i, block in enumerate(self.blocks)}
        self.next = [self.successors(i, at) for i in range(len(self.blocks))]
        self.previous = [[] for _ in self.blocks]
        for i, successors in enumerate(self.next):
            for s in successors:
                self.previous[s].append(i)
        self.dominators = self.find_dominators()
        self.loops = self.find_loops()

    def successors(self, number, at):
        last = self.blocks[number][-1]
        found = []
        if last.symbol is None and last.target in at:
            found.append(at[last.target])
        if not last.ends_block() or last.is_conditional():
            if number + 1 < len(self.blocks):
                found.append(number + 1)
        return found

    def find_dominators(self):
        """For each block the set of those on every way to it; None for what cannot be reached."""
        found = [None] * len(self.blocks)
        found[0] = {0}
        changed = True
        while changed:
            changed = False
            for i in range(1, len(self.blocks)):
                known = [found[p] for p in self.previous[i] if found[p] is not None]
                new = set.intersection(*known) | {i} if known else None
                if new != found[i]:
                    found[i], changed = new, True
        return found

    def find_loops(self):
        latches = {}
        for i, successors in enumerate(self.next):
            for s in successors:
                if self.dominators[i] and s in self.dominators[i]:
                    latches.setdefault(s, []).append(i)
        loops = []
        for header, ends in latches.items():
            blocks, left = {header}, list(ends)
            while left:
                b = left.pop()
                if b not in blocks:
                    blocks.add(b)
                    left += self.previous[b]
            loops.append(Loop(header, frozenset(blocks), tuple(ends)))
        return sorted(loops, key=lambda loop: -len(loop.blocks))

    def around(self, block):
        """The loops around a block, from the outermost to the innermost."""
        return [loop for loop in self.loops if block in loop.blocks]

    def way_to(self, start, end):
        """Blocks on every way from start to end, in order, both included (start dominates end)."""
        chain = [b for b in self.dominators[end] if start in self.dominators[b]]
        return sorted(chain, key=lambda b: len(self.dominators[b]))

    def between(self, start, end):
        """Blocks that a way from start to end may pass, both excluded."""
        found, left = set(), list(self.next[start])
        while left:
            b = left.pop()
            if b not in found and b not in (start, end):
                found.add(b)
                left += self.next[b]
        reach, left = set(), list(self.previous[end])
        while left:
            b = left.pop()
            if b not in reach and b not in (start, end):
                reach.add(b)
                left += self.previous[b]
        return found & reach
