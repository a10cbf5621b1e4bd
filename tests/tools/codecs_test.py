#!/usr/bin/env python3
"""What the command says of codecs, with measuring cut short: codecs_test.py GOSSET."""
import json
import unittest
import xml.etree.ElementTree

from command import Case, needs


@needs("codecs")
class Codecs(Case):
    def test_json(self):
        listed = json.loads(self.good("codecs", "-o", "json")[0])
        for codec in listed["codecs"]:
            self.assertGreaterEqual(set(codec), {"name", "bits", "bpw", "mse", "gap_db"})
            self.assertIsNone(codec["mse"])
            self.assertGreaterEqual(codec["bpw"], codec["bits"])
        self.assertEqual([r["bpw"] for r in listed["references"]], [2, 3, 4])
        self.fails(1, "codecs", "--codec", "q4,abacus", word="abacus")

    def test_measured(self):
        out, _ = self.good("codecs", "--rd", "--codec", "q4,f32", "-o", "json")
        q4, f32 = json.loads(out)["codecs"]
        self.assertEqual((q4["name"], f32["name"]), ("q4", "f32"))  # as they were asked for
        self.assertAlmostEqual(q4["gap_db"], 3.56, delta=0.1)
        self.assertEqual((f32["mse"], f32["gap_db"]), (0, None))
        self.assertRegex(self.good("codecs", "--rd", "--codec", "q4")[0], r"\| q4 .*\| +3\.\d\d \|")

    def test_plot(self):
        families = {}  # one member each, for the sake of time
        for codec in json.loads(self.good("codecs", "-o", "json")[0])["codecs"]:
            if 1.25 <= codec["bpw"] <= 5:
                families.setdefault(codec["family"], codec["name"])
        plot = self.good("codecs", "--codec", ",".join(["f32", *families.values()]), "-o", "svg")[0]
        svg = "{http://www.w3.org/2000/svg}"
        root = xml.etree.ElementTree.fromstring(plot)
        self.assertEqual(root.tag, svg + "svg")
        self.assertEqual(len(root.findall(f".//{svg}polyline")), len(families))
        texts = {text.text for text in root.iter(svg + "text")}
        self.assertGreaterEqual(texts, {*families, "Lloyd-Max", "1.5", "5.0", "0", "5"})
        for name in ("href", "script", "font-face", "url("):
            self.assertNotIn(name, plot)


@needs("bench")
class Bench(Case):
    def test_kernels(self):
        out, _ = self.good("bench", "--kernels", "--codec", "q8", "--isa", "scalar", "-t", "1",
                           "-o", "json")
        rows = json.loads(out)["rows"]
        self.assertEqual(len(rows), 1)
        self.assertEqual(set(rows[0]), {"codec", "isa", "threads", "cache_gws", "stream_gws",
                                        "weights_per_cycle", "vs_q4"})
        self.assertGreater(rows[0]["vs_q4"], 0)
        self.fails(1, "bench", "--kernels", "--codec", "abacus", word="abacus")
        self.fails(1, "bench", "--kernels", "--isa", "abacus", word="abacus")

    def test_encode(self):
        out, _ = self.good("bench", "--encode", "--codec", "q8,e8n3", "-t", "2", "-o", "json")
        rows = json.loads(out)["rows"]
        self.assertEqual([(r["codec"], r["threads"]) for r in rows], [("q8", 2), ("e8n3", 2)])
        for row in rows:
            self.assertEqual(set(row), {"codec", "threads", "fit_seconds", "encode_mws",
                                        "feedback_mws"})
            self.assertGreater(row["encode_mws"], 0)
        self.assertGreater(rows[1]["fit_seconds"], 0)
        self.assertGreater(rows[1]["feedback_mws"], 0)
        self.assertIn("| q8 ", self.good("bench", "--encode", "--codec", "q8")[0])
        self.fails(1, "bench", "--encode", "--codec", "abacus", word="abacus")
        self.fails(2, "bench", "--encode", "--kernels")


if __name__ == "__main__":
    unittest.main()
