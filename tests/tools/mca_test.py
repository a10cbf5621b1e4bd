#!/usr/bin/env python3
"""tools/count/mca.py on listings whose turns are known, and on answers of llvm-mca made up here."""
import os
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "count"))

import count  # noqa: E402
import flow  # noqa: E402
import mca  # noqa: E402

ARM = """
   0:	ldr	x1, [x0]
   8:	prfm	pldl1keep, [x1, #2048]
   c:	prfm	pldl1keep, [x1, #2112]
  10:	mov	w9, #0x4                   	// #4
  14:	ldr	q0, [x1], #16
  18:	sdot	v1.4s, v0.16b, v2.4b[0]
  1c:	subs	w9, w9, #0x1
  20:	b.ne	14 <gemv+0x14>  // b.any
  24:	adrp	x2, 0 <gemv>
  28:	cmp	x1, x3
  2c:	b.ne	8 <gemv+0x8>
  30:	ret
"""
# How often it turns depends on data.
UNKNOWN = ARM.replace("mov	w9, #0x4 ", "ldr	w9, [x4] ")
CALL = ARM.replace("subs	w9, w9, #0x1", "bl	0 <helper>")
BOARD = types.SimpleNamespace(clock=2.5, cores=4, bandwidth=10.0, weights=2.0)

# 3 cycles a turn and 7 around them; the dispatch width by processor.
FAKE = """#!{python}
import sys
options = dict(a.split("=") for a in sys.argv[1:-1])
text = sys.stdin.read()
if "{error}":
    sys.exit("{error}")
print("Iterations: ", options["-iterations"])
print("Total Cycles:     ", 7 + 3 * int(options["-iterations"]))
print("Dispatch Width:   ", {widths}[options["-mcpu"]])
"""


def gemv(listing, bits=1.5, panel_bytes=96):
    return count.Gemv("e8c1.5", "neon", bits, panel_bytes, "aarch64",
                      flow.parse(listing) if listing else None)


class Turns(unittest.TestCase):
    def turn(self, listing):
        function = flow.Function(flow.parse(listing))
        loop, panels = count.find_panel_loop("aarch64", function, 1.5)
        self.assertEqual(panels, 1)
        return mca.turn_of("aarch64", function, loop)

    def test_inner_loop(self):
        names = [i.name for i in self.turn(ARM)]
        self.assertEqual(names, ["prfm"] * 2 + ["mov"] + ["ldr", "sdot", "subs", "b.ne"] * 4 +
                         ["adrp", "cmp", "b.ne"])

    def test_unknown(self):
        self.assertIsNone(self.turn(UNKNOWN))
        self.assertIsNone(self.turn(CALL))

    def test_assembly(self):
        text = mca.assembly("aarch64", self.turn(ARM))
        self.assertNotIn("<", text)
        self.assertIn("\tb.ne\t#4\n", text)
        self.assertIn("\tadrp\tx2, #4096\n", text)
        self.assertIn("\tsdot\tv1.4s, v0.16b, v2.4b[0]\n", text)

    def test_llvm_reads_it(self):
        command = next((c for c in mca.MCA if shutil.which(c)), None)
        if command is None:
            print("SKIPPED: no llvm-mca", file=sys.stderr)
            self.skipTest("no llvm-mca")
        found = mca.project(gemv(ARM), mca.Mca(command, "aarch64", "cortex-a57"), BOARD)
        # 22 instructions, 3 a cycle at most; 4 dependent sums in a chain, but no more than that
        self.assertTrue(22 / 3 <= found.cycles < 40, found)
        with self.assertRaisesRegex(ValueError, "for cortex-a57: .*error"):
            mca.Mca(command, "aarch64", "cortex-a57").cycles("\tnonsense\tx0\n")


class Projections(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "llvm-mca")

    def fake(self, a76=3, n1=3, error="", cpu=None):
        with open(self.path, "w", encoding="ascii") as f:
            f.write(FAKE.format(python=sys.executable, error=error, widths={
                "cortex-a76": a76, "neoverse-n1": n1, "apple-m1": 6, "cortex-a72": 3}))
        os.chmod(self.path, 0o755)
        return mca.Mca(self.path, "aarch64", cpu)

    def test_figures(self):
        found = mca.project(gemv(ARM), self.fake(), BOARD)
        self.assertEqual((found.cycles, found.instructions), (3, 22 / 8))
        self.assertAlmostEqual(found.compute_tokens, 4 * 2.5 * 512 / 3 / 2)
        self.assertAlmostEqual(found.memory_tokens, 10 / (96 / 512) / 2)
        self.assertEqual(found.binds(), "memory")
        slow = types.SimpleNamespace(**{**vars(BOARD), "clock": 0.01})
        self.assertEqual(mca.project(gemv(ARM), self.fake(), slow).binds(), "compute")

    def test_two_panels_a_turn(self):
        twice = ARM.replace("  10:", "   d:	prfm	pldl1keep, [x1, #2176]\n"
                            "   e:	prfm	pldl1keep, [x1, #2240]\n  10:")
        found = mca.project(gemv(twice), self.fake(), BOARD)
        self.assertEqual((found.cycles, found.instructions), (1.5, 24 / 16))

    def test_no_figures(self):
        for listing, word in ((UNKNOWN, "unknown turns"), (None, "reference"),
                              ("   0:	ret\n", "0 loops")):
            found = mca.project(gemv(listing), self.fake(), BOARD)
            self.assertIsNone(found.cycles)
            self.assertIn(word, found.note)

    def test_models(self):
        self.assertIn("twin neoverse-n1", self.fake(n1=8).model())
        self.assertIn("Cortex-A57", self.fake().model())
        self.assertEqual(self.fake(a76=8).model(), "cortex-a76")
        self.assertIn("Cyclone", self.fake(cpu="apple-m1").model())
        self.assertIn("Cortex-A57", self.fake(cpu="cortex-a72").model())

    def test_failing_command(self):
        with self.assertRaisesRegex(ValueError, "no such thing"):
            self.fake(error="no such thing")

    def test_check(self):
        row = mca.Projection("e8c4", "neon_dotprod", 0.5, 10, 9, 48.0, 20.0)
        self.assertEqual(mca.check([row]), 0)
        self.assertEqual(mca.check([row._replace(compute_tokens=19.0)]), 1)
        self.assertEqual(mca.check([row._replace(cycles=None, note="?")]), 1)
        self.assertEqual(mca.check([row._replace(codec="q8")]), count.SKIPPED)

    def test_messages(self):
        script = os.path.join(ROOT, "tools", "count", "mca.py")
        for arguments, status, words in (
                (["--mca", "no-such-mca"], 1, ("no no-such-mca", "llvm-14")),
                (["--mca", "no-such-mca", "--check"], 77, ("SKIPPED", "no no-such-mca")),
                (["--mca", self.path, ROOT], 1, ("no such kernels' objects",)),
                (["--mca", self.path, "--check", ROOT], 77, ("SKIPPED",)),
                (["--clock", "0"], 2, ("--clock",))):
            self.fake()
            done = subprocess.run([sys.executable, script, *arguments], capture_output=True,
                                  text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
            for word in words:
                self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
