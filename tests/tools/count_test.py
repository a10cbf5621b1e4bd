#!/usr/bin/env python3
"""tools/count on listings whose figures are known."""
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "count"))

import count  # noqa: E402
import flow  # noqa: E402
import trips  # noqa: E402

# gemv of f32 as GCC 12 made it: two loops inside the one over panels, whose bounds move with it.
NESTED = """
   0:	mov    0x24(%rdi),%eax
   3:	mov    (%rdi),%rbx
   6:	xor    %r8d,%r8d
   8:	lea    0x800(%rbx),%rsi
  10:	lea    0x1000(%rbx),%rcx
  20:	lea    -0x1000(%rcx),%rdx
  24:	mov    %rsi,%rax
  30:	prefetcht0 (%rax)
  34:	add    $0x40,%rax
  38:	cmp    %rcx,%rax
  3c:	jne    30 <gemv+0x30>
  40:	lea    (%r9,%r8,1),%rax
  50:	vbroadcastss (%rax),%zmm4
  54:	add    $0x100,%rdx
  58:	vfmadd231ps -0x100(%rdx),%zmm4,%zmm0
  5c:	cmp    %rsi,%rdx
  60:	jne    50 <gemv+0x50>
  64:	sub    $0xffffffffffffff80,%r8
  68:	lea    0x800(%rdx),%rsi
  6c:	add    $0x800,%rcx
  70:	cmp    %r10,%r8
  74:	jne    20 <gemv+0x20>
  78:	ret
"""

ARM = """
   0:	ldr	x1, [x0]
   4:	mov	w9, #0x4                   	// #4
   8:	prfm	pldl1keep, [x1, #2048]
   c:	prfm	pldl1keep, [x1, #2112]
  10:	ldr	q0, [x1], #16
  14:	sdot	v1.4s, v0.16b, v2.4b[0]
  18:	subs	w9, w9, #0x1
  1c:	b.ne	10 <gemv+0x10>
  20:	mov	w9, #0x4
  24:	cmp	x1, x3
  28:	b.ne	8 <gemv+0x8>
  2c:	ret
"""

DATA_DEPENDENT = """
   0:	prefetcht0 0x800(%rax)
   4:	vpmovmskb %ymm0,%ecx
   8:	tzcnt  %ecx,%edx
   c:	blsr   %ecx,%ecx
  10:	jne    8 <gemv+0x8>
  14:	call   19 <gemv+0x19>
			15: R_X86_64_PLT32	helper-0x4
  19:	add    $0x40,%rax
  1d:	cmp    %rbx,%rax
  21:	jne    0 <gemv>
  25:	ret
"""


def turns(step, compare, jump, start="$0x0", bound="$0x20"):
    """Of a loop around one step of %rax."""
    function = flow.Function(flow.parse(f"""
   0:	mov    {start},%rax
   4:	mov    {bound},%rbx
   8:	{step}
   c:	{compare}
  10:	{jump}    8 <f+0x8>
  14:	ret
"""))
    return trips.trip_count("x86_64", function, function.loops[0])


class Count(unittest.TestCase):
    def test_nested(self):
        found = count.count_gemv("x86_64", flow.parse(NESTED), 32)
        # 32 prefetches and 8 steps a panel
        self.assertEqual((found.all * 8, found.vector * 8), (2 + 32 * 4 + 1 + 8 * 5 + 5, 8 * 2))
        self.assertFalse(found.branches)

    def test_arm(self):
        found = count.count_gemv("aarch64", flow.parse(ARM), 1.5)
        self.assertEqual((found.all * 8, found.vector * 8), (2 + 4 * 4 + 3, 4 * 2))

    def test_unknown(self):
        found = count.count_gemv("x86_64", flow.parse(DATA_DEPENDENT), 1)
        self.assertIsNone(found.all)
        self.assertEqual(found.cell(), "?")
        for part in ("a loop of 3 instructions at 0x8", "helper", "0.8 / 0.1 and"):
            self.assertIn(part, found.note)

    def test_branches(self):
        found = count.count_gemv("x86_64", flow.parse("""
   0:	prefetcht0 0x800(%rax)
   4:	test   %ecx,%ecx
   8:	je     10 <f+0x10>
   c:	vpaddd %ymm0,%ymm1,%ymm1
  10:	add    $0x40,%rax
  14:	cmp    %rbx,%rax
  18:	jne    0 <f>
  1c:	ret
"""), 1)
        self.assertTrue(found.branches)
        self.assertEqual(found.cell(), "~0.9 / 0.1")

    def test_no_loop(self):
        self.assertIn("0 loops", count.count_gemv("x86_64", flow.parse("   0:	ret\n"), 4).note)

    def test_turns(self):
        for step, compare, jump, expected in (
                ("add    $0x8,%rax", "cmp    $0x20,%rax", "jne", 4),
                ("add    $0x8,%rax", "cmp    $0x20,%rax", "jb", 4),
                ("add    $0x8,%rax", "cmp    $0x20,%rax", "jbe", 5),
                ("add    $0x8,%rax", "cmp    %rbx,%rax", "jne", 4),
                ("add    $0x8,%rax", "cmp    %rax,%rbx", "ja", 4),
                ("addq   $8, %rax", "cmpq   $32, %rax", "jne", 4),
                ("inc    %eax", "cmp    $0x20,%eax", "jl", 32),
                ("lea    0x10(%rax),%rax", "cmp    $0x20,%rax", "jne", 2),
                ("add    $0x7,%rax", "cmp    $0x20,%rax", "jb", 5),
                ("add    $0x7,%rax", "cmp    $0x20,%rax", "jne", None),  # never equal
                ("add    %rdx,%rax", "cmp    $0x20,%rax", "jb", None),
                ("add    $0x8,%rax", "cmp    %rdx,%rax", "jne", None),
                ("add    $0x8,%rax", "cmp    (%rdx),%rax", "jne", None)):
            self.assertEqual(turns(step, compare, jump), expected, (step, compare, jump))
        self.assertEqual(turns("dec    %rax", "test   %rax,%rax", "jne", start="$0x5"), 5)
        self.assertEqual(turns("sub    $0x1,%eax", "nop", "jne", start="$0x5"), 5)


if __name__ == "__main__":
    unittest.main()
