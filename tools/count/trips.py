"""How often an inner loop turns, where its bounds are constants apart: registers and stack slots
as a symbol plus an offset."""
import re

X86_NAMES = {}
for letter in "abcd":
    for name in (f"e{letter}x", f"{letter}x", f"{letter}l"):
        X86_NAMES[name] = f"r{letter}x"
for letters in ("si", "di", "bp", "sp"):
    for name in (f"e{letters}", letters, f"{letters}l"):
        X86_NAMES[name] = f"r{letters}"
for digit in range(8, 16):
    for suffix in "dwb":
        X86_NAMES[f"r{digit}{suffix}"] = f"r{digit}"

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=", "==": "=="}
OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "!=": "==", "==": "!="}
X86_CONDITIONS = {"ne": "!=", "nz": "!=", "e": "==", "z": "==", "b": "<", "c": "<", "l": "<",
                  "be": "<=", "le": "<=", "a": ">", "g": ">", "ae": ">=", "ge": ">=", "nc": ">="}
ARM_CONDITIONS = {"ne": "!=", "any": "!=", "eq": "==", "none": "==", "cc": "<", "lo": "<",
                  "lt": "<", "ls": "<=", "le": "<=", "hi": ">", "gt": ">", "cs": ">=",
                  "hs": ">=", "ge": ">="}


def split(operands):
    """At the commas outside of brackets."""
    return [o.strip() for o in re.split(r",(?![^(\[{]*[)\]}])", operands)] if operands else []


class State:
    """Values of locations: (symbol, offset); a location never written has its own symbol."""
    fresh = 0

    def __init__(self, known=None):
        self.known = dict(known or {})
        self.flags = None  # what was compared last: a pair of values

    def get(self, place):
        return self.known.get(place, (f"entry {place}", 0))

    def forget(self, place):
        State.fresh += 1
        self.known[place] = (f"unknown {State.fresh}", 0)

    def put(self, place, value):
        if value is None:
            self.forget(place)
        else:
            self.known[place] = value


def integer(text):
    """Of 64 bits, signed."""
    n = int(text or "0", 0)
    return n - (1 << 64) if n >> 63 == 1 else n


def plus(value, n):
    return value and (value[0], value[1] + n)


class X86:
    conditions, jump, registers = X86_CONDITIONS, r"j(\w+)$", sorted(set(X86_NAMES.values()))

    @staticmethod
    def place(operand):
        if m := re.match(r"%([a-z]\w+)$", operand):
            name = X86_NAMES.get(m.group(1), m.group(1))
            return None if re.match(r"[xyz]mm|k\d", name) else name
        m = re.match(r"(-?(?:0x)?[0-9a-f]*)\(%(r[sb]p)\)$", operand)
        return m and f"{integer(m.group(1))}({m.group(2)})"

    def value(self, state, operand):
        if operand.startswith("$"):
            return ("constant", integer(operand[1:]))
        place = self.place(operand)
        return state.get(place) if place else None

    def step(self, state, instruction):
        name, operands = instruction.name, split(instruction.operands)
        if name.startswith(("cmp", "test")) and len(operands) == 2:
            b, a = (self.value(state, o) for o in operands)
            state.flags = (a, b) if name.startswith("cmp") else (
                (a, ("constant", 0)) if operands[0] == operands[1] else None)
            return
        place = self.place(operands[-1]) if operands else None
        if not place:
            return
        result = self.result(state, re.sub(r"(?<=\w\w)[ql]$", "", name), operands)
        state.put(place, result)
        if not name.startswith(("mov", "lea", "v", "k")):  # those leave the flags alone
            state.flags = (result, ("constant", 0))

    def result(self, state, name, operands):
        if name in ("mov", "movabs") and len(operands) == 2:
            return self.value(state, operands[0])
        if name == "xor" and operands[0] == operands[1]:
            return ("constant", 0)
        if name in ("inc", "dec"):
            return plus(self.value(state, operands[0]), 1 if name == "inc" else -1)
        if name in ("add", "sub") and operands[0].startswith("$"):
            n = integer(operands[0][1:])
            return plus(self.value(state, operands[1]), n if name == "add" else -n)
        if name == "lea":
            if m := re.match(r"(-?(?:0x)?[0-9a-f]*)\((%r\w+)\)$", operands[0]):
                if m.group(2) != "%rip":
                    return plus(self.value(state, m.group(2)), integer(m.group(1)))
        return None


class Arm:
    conditions, jump, registers = ARM_CONDITIONS, r"b\.(\w+)$", [f"x{i}" for i in range(31)]

    @staticmethod
    def place(operand):
        if operand in ("sp", "xzr", "wzr"):
            return operand
        m = re.match(r"[xw](\d+)$", operand)
        return m and f"x{m.group(1)}"

    def value(self, state, operand):
        if operand in ("xzr", "wzr"):
            return ("constant", 0)
        if operand.startswith("#"):
            return ("constant", integer(operand[1:]))
        place = self.place(operand)
        return state.get(place) if place else None

    def step(self, state, instruction):
        name, operands = instruction.name, split(instruction.operands)
        if name == "cmp":
            state.flags = (self.value(state, operands[0]), self.value(state, operands[1]))
            return
        if name in ("cbz", "cbnz"):
            state.flags = (self.value(state, operands[0]), ("constant", 0))
        if instruction.ends_block() or name.startswith(("st", "prfm", "ccmp", "tst", "cmn")):
            self.write_back(state, operands)
            return
        for extra in operands[1:2] if name == "ldp" else []:
            if place := self.place(extra):
                state.forget(place)
        if operands and (place := self.place(operands[0])):
            result = self.result(state, name, operands)
            state.put(place, result)
            if name in ("adds", "subs", "ands"):
                state.flags = (result, ("constant", 0))
        self.write_back(state, operands)

    def write_back(self, state, operands):
        """[x1], #16 and [x1, #16]!"""
        for i, operand in enumerate(operands):
            m = re.match(r"\[(x\d+|sp)(?:, #(-?\w+))?\](!?)$", operand)
            if m and m.group(3):
                state.put(m.group(1), plus(state.get(m.group(1)), integer(m.group(2))))
            elif m and i + 1 < len(operands):
                n = re.match(r"#(-?\w+)$", operands[i + 1])
                state.put(m.group(1), n and plus(state.get(m.group(1)), integer(n.group(1))))

    def result(self, state, name, operands):
        if name == "mov" and len(operands) == 2:
            return self.value(state, operands[1])
        if name in ("add", "sub", "adds", "subs") and operands[2].startswith("#"):
            n = integer(operands[2][1:]) << (12 if operands[3:] == ["lsl #12"] else 0)
            return plus(self.value(state, operands[1]), n if name.startswith("add") else -n)
        return None


MACHINES = {"x86_64": X86(), "aarch64": Arm()}


def written(machine, blocks):
    state = State()
    for block in blocks:
        for instruction in block:
            machine.step(state, instruction)
    return state.known


def enter(machine, function, loop, state):
    """Whatever turn it is, now: what a turn moves by a constant keeps its distance from what moves
    with it, and what else a turn writes is unknown."""
    turn = State()
    if len(loop.latches) == 1:
        around = [x for x in function.loops if x.blocks >= loop.blocks]
        turn = walk(machine, function, loop.header, loop.latches[0], turn, around)
    for place in written(machine, [function.blocks[b] for b in loop.blocks]):
        symbol, step = turn.get(place)
        value = state.get(place)
        if (symbol, step) == value and symbol == "constant":
            continue  # set again to what it was
        if len(loop.latches) != 1 or symbol != f"entry {place}":
            state.forget(place)
        elif step:
            state.put(place, (f"{value[0]} + {step} * turns at {loop.header}", value[1]))


def leave(machine, function, loop, latch, state):
    """After a loop that goes on while two values differ they are the same."""
    how = relation(machine, function, loop, latch)
    if how != "!=" or not state.flags or None in state.flags:
        return
    for moving, other in (state.flags, state.flags[::-1]):
        if moving[0].endswith(f" * turns at {loop.header}") and moving[0] != other[0]:
            for place, value in state.known.items():
                if value[0] == moving[0]:
                    state.known[place] = (other[0], value[1] + other[1] - moving[1])
            return


def walk(machine, function, start, end, state, outer):
    """state after the blocks on every way from start to end; what other blocks between them write
    is forgotten. Loops that begin on the way, but for those of `outer`, have made any turns."""
    way = function.way_to(start, end)
    for i, block in enumerate(way):
        if i:
            for loop in function.loops:
                if way[i - 1] in loop.latches and block not in loop.blocks and loop not in outer:
                    leave(machine, function, loop, way[i - 1], state)
            between = function.between(way[i - 1], block)
            for place in written(machine, [function.blocks[b] for b in between]):
                state.forget(place)
        for loop in function.loops:
            if loop.header == block and loop not in outer:
                enter(machine, function, loop, state)
        for instruction in function.blocks[block]:
            machine.step(state, instruction)
            for place in machine.registers if instruction.is_call() else ():
                state.forget(place)
    return state


def relation(machine, function, loop, latch):
    """What must hold between the compared values for another turn, or None."""
    last = function.blocks[latch][-1]
    if last.name in ("cbnz", "cbz"):
        found = "!=" if last.name == "cbnz" else "=="
    else:
        m = re.match(machine.jump, last.name)
        found = machine.conditions.get(m.group(1)) if m else None
    if found and last.target != function.blocks[loop.header][0].address:
        found = OPPOSITE[found]
    return found


def count_of(a, b, step, how):
    """Turns of a loop that goes on while `how` holds of a, a + step, ... and b."""
    if step < 0:
        a, b, step, how = -a, -b, -step, FLIPPED[how]
    if how == "!=" and (b - a) % step == 0 and b >= a:
        return (b - a) // step + 1
    if how in ("<", "<="):
        return max(0, -((a - b - (how == "<=")) // step)) + 1
    return None


def trip_count(machine_name, function, loop):
    """How often the loop turns, or None where that is not plain."""
    machine = MACHINES[machine_name]
    exits = [b for b in loop.blocks if any(s not in loop.blocks for s in function.next[b])
             or not function.next[b]]
    outside = [p for p in function.previous[loop.header] if p not in loop.blocks]
    if len(loop.latches) != 1 or exits != list(loop.latches) or len(outside) != 1:
        return None
    latch = loop.latches[0]
    how = relation(machine, function, loop, latch)
    around = [x for x in function.loops if x.blocks >= loop.blocks]
    turn = walk(machine, function, loop.header, latch, State(), around)
    before = walk(machine, function, 0, outside[0], State(), ())
    if not how or not turn.flags or None in turn.flags:
        return None
    for (a, b), relation_of in ((turn.flags, how), (turn.flags[::-1], FLIPPED[how])):
        place = a[0].removeprefix("entry ")
        after = turn.get(place)
        if place == a[0] or after[0] != a[0] or after[1] == 0:
            continue
        start = before.get(place)
        if b[0].startswith("entry "):
            bound = b[0].removeprefix("entry ")
            if turn.get(bound) != (b[0], 0):
                continue
            b = plus(before.get(bound), b[1])
        if start[0] == b[0]:
            return count_of(start[1] + a[1], b[1], after[1], relation_of)
    return None
