"""Reads relocatable ELF objects of 64-bit little-endian machines as far as tables of pointers need."""
import struct
from typing import NamedTuple

MACHINES = {62: "x86_64", 183: "aarch64"}
ABSOLUTE = {"x86_64": 1, "aarch64": 257}  # R_X86_64_64, R_AARCH64_ABS64


class Symbol(NamedTuple):
    name: str
    section: int
    value: int
    size: int


def text_at(table, offset):
    return table[offset:table.index(b"\0", offset)].decode()


class Object:
    """sections: names by number; symbols; pointers and outside, what the absolute relocation at
    (section, offset) names: a place in this object, or a symbol of another; bytes of a section."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = data = f.read()
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path}: not a 64-bit little-endian ELF object")
        self.path = path
        self.machine = MACHINES.get(struct.unpack_from("<H", data, 18)[0])
        if not self.machine:
            raise ValueError(f"{path}: of an unknown machine")
        table, = struct.unpack_from("<Q", data, 40)
        count, names = struct.unpack_from("<HH", data, 60)
        # name, type, flags, address, offset, size, link, info, align, entry size
        self.headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + 64 * i)
                        for i in range(count)]
        self.sections = [text_at(self.bytes_of(names), h[0]) for h in self.headers]
        self.symbols, self.pointers, self.outside = [], {}, {}
        for number, header in enumerate(self.headers):
            if header[1] == 2:  # SHT_SYMTAB
                self.read_symbols(number, header[6])
        for number, header in enumerate(self.headers):
            if header[1] == 4:  # SHT_RELA
                self.read_relocations(number, header[7])

    def bytes_of(self, section):
        offset, size = self.headers[section][4:6]
        return self.data[offset:offset + size]

    def read_symbols(self, number, strings):
        names = self.bytes_of(strings)
        for name, _, _, section, value, size in struct.iter_unpack("<IBBHQQ",
                                                                   self.bytes_of(number)):
            self.symbols.append(Symbol(text_at(names, name), section, value, size))

    def read_relocations(self, number, target):
        for offset, info, addend in struct.iter_unpack("<QQq", self.bytes_of(number)):
            if info & 0xffffffff != ABSOLUTE[self.machine]:
                continue
            symbol = self.symbols[info >> 32]
            if symbol.section:
                self.pointers[target, offset] = (symbol.section, symbol.value + addend)
            else:
                self.outside[target, offset] = symbol.name

    def symbol_ending(self, ending):
        """The symbol of that (mangled) ending, or None."""
        return next((s for s in self.symbols if s.section and s.name.endswith(ending)), None)

    def symbol_at(self, place):
        """The sized symbol that begins at (section, offset), or None."""
        section, offset = place
        return next((s for s in self.symbols
                     if s.section == section and s.value == offset and s.size), None)

    def word(self, place):
        section, offset = place
        return struct.unpack_from("<Q", self.bytes_of(section), offset)[0]

    def text(self, place):
        section, offset = place
        return text_at(self.bytes_of(section), offset)

    def array(self, place, count):
        """The places of the `count` elements of the array that begins at place."""
        symbol = self.symbol_at(place)
        if not symbol or not count or symbol.size % count:
            raise ValueError(f"{self.path}: no array of {count} at {place}")
        step = symbol.size // count
        return [(place[0], place[1] + i * step) for i in range(count)]
