#!/usr/bin/env python3
"""tools/report: what the page holds, drawn from results that a test makes up; and a whole run on a
tiny model with the command under test. report_test.py GOSSET."""
import copy
import html.parser
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ET

import tiny_model
from command import GOSSET

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "tools", "report")
VOID = {"meta"}
SVG = "{http://www.w3.org/2000/svg}"


def entry(codec, calibrated, size, kld, ppl, error=0.02):
    roles = [("self_attn.q_proj", error), ("mlp.down_proj", 1.1 * error)]
    seen = {"ppl": ppl, "ppl_se": None if ppl is None else ppl / 50, "tokens": 2040,
            "kld_mean": kld, "kld_se": None if kld is None else kld / 40, "kld_median": kld,
            "kld_p99": kld, "kld_max": kld,
            "top1_agree": 0.875, "isa": "scalar", "logits_xxh3": "00"}
    tensors = [[f"model.layers.{n}.{role}.weight", codec, 3.25, e * (1 + n / 8)]
               for n in range(4) for role, e in roles]
    return {"codec": codec, "calibrated": calibrated, "bytes": size, "bpw": size / 1e6,
            "eval": seen, "tensors": tensors + [["model.norm.weight", "f32", 32.0, 0.0]],
            "quantize_seconds": 1.5, "eval_seconds": 2.5, "eval_command": "gosset eval -m m.gosset",
            "quantize_command": f"gosset quantize m --codec {codec}" + " --calib t" * calibrated}


def canned():
    base = {**entry("f16", False, 59066368, None, 20.5), "weights": 29000000,
            "source": {"source_name": "m", "source_hash": "xxh3:12"}}
    entries = [entry("e8c2", False, 11000001, 1.0, 60.25), entry("e8c2", True, 11000002, .3, 31.5),
               entry("e8c3", False, 14000003, .1, 24.75),
               entry("e8c3", True, 14000004, .05, 22.125),
               entry("e8c4", False, 17000005, .01, 20.875), entry("q4", False, 17500006, .02, 21.)]
    text = {"path": "a/text.txt", "bytes": 700000, "sha256": "ab" * 32}
    settings = {"gosset": "gosset", "version": "gosset 0.1.0", "gosset_sha256": "cd" * 32,
                "text": text, "calib": {**text, "path": "a/calib.txt"}, "calib_tokens": None,
                "windows": 8, "context": 512, "base": "f16", "head_codec": None,
                "embed_codec": None, "value_codec": None}
    return {"format": "gosset-quality-1", "settings": settings, "date": "2026-01-01 00:00 UTC",
            "machine": {"name": "An <odd> & quiet machine", "cores": 2},
            "models": [{"name": "<tales>", "path": "m", "base": base, "entries": entries}]}


class Page(html.parser.HTMLParser):
    """Well-formed, or an error; collects the rows of tables."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.links, self.text = [], [], [], ""
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"left open: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.links += [(tag, k, v) for k, v in attrs
                       if k in ("src", "href", "data", "action", "xlink:href")]
        if tag in VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.links += [(tag, k, v) for k, v in attrs if k in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(content if isinstance(content, str) else json.dumps(content))
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def script(self, *arguments):
        done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertNotIn("Traceback", done.stderr)
        return done.returncode, done.stdout, done.stderr

    def draw(self, results, *more):
        """(text, parsed page, parsed drawings)"""
        status, _, err = self.script("--from", self.write("r.json", results), "-o",
                                     self.path("p.html"), *more)
        self.assertEqual(status, 0, err)
        text = self.read("p.html")
        drawings = [ET.fromstring(s) for s in re.findall(r"<svg .*?</svg>", text, re.S)]
        return text, Page(text), drawings

    def fails(self, *arguments, words=(), status=1):
        before = sorted(os.listdir(self.folder.name))
        got, out, err = self.script(*arguments)
        self.assertEqual((got, out), (status, ""), err)
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(sorted(os.listdir(self.folder.name)), before)


class Drawn(Report):
    def test_page(self):
        text, page, drawings = self.draw(canned())
        self.assertEqual(page.links, [])
        self.assertNotRegex(text.replace('xmlns="http://www.w3.org/2000/svg"', ""),
                            r"https?:|//\w+\.|url\(|@import|<script|javascript")
        for said in ("ab" * 32, "cd" * 32, "gosset 0.1.0", "An <odd> & quiet machine", "<tales>",
                     "2,040 scored tokens", "8 windows of 512", "a/text.txt", "xxh3:12",
                     "gosset quantize m --codec e8c3 --calib t", "28 s of quantizing"):
            self.assertIn(said, page.text)
        self.assertNotIn("<tales>", text)
        self.assertEqual(len(drawings), 2 + 1 + 4)  # against bytes, roles, a panel a codec

    def test_table(self):
        """Every file once, by size, with its numbers; the best of their size are marked."""
        page = self.draw(canned(), "--peers", self.write("p.csv", "IQ2,12000000,.2,40\n"))[1]
        rows = page.rows[1:9]
        self.assertEqual([r[0] for r in rows],
                         ["e8c2 *", "e8c2 --calib *", "IQ2 (others)", "e8c3 *", "e8c3 --calib *",
                          "e8c4 *", "q4", "f16"])
        self.assertEqual(rows[1][1:9], ["11,000,002", "11.000", "0.3000 \xb1 0.0075", "0.30000",
                                        "0.3000", "0.300", "87.50%", "31.500 \xb1 0.630"])
        self.assertEqual(rows[2][1:4] + rows[2][8:9], ["12,000,000", "-", "0.2000", "40.000"])
        self.assertEqual(rows[7][3], "-")
        for row in rows:
            self.assertEqual(sum(row[0] == r[0] for r in page.rows[:9]), 1)
            self.assertEqual(page.text.count(row[1]), 2 if row[0] == "f16" else 1)

    def centres(self, drawing):
        """title -> (x, y) of the marks that are circles."""
        return {c.find(SVG + "title").text.split(":")[0]: (float(c.get("cx")), float(c.get("cy")))
                for c in drawing.iter(SVG + "circle") if c.find(SVG + "title") is not None}

    def test_axes(self):
        """Bytes are even, divergences logarithmic, the smaller lower; bars are standard errors."""
        drawing = self.draw(canned())[2][0]
        at = self.centres(drawing)
        (x2, y2), (x3, y3), (x4, y4) = (at[c] for c in ("e8c2", "e8c3", "e8c4"))
        self.assertLess(y2, y3)
        self.assertAlmostEqual(y3 - y2, y4 - y3, delta=0.2)
        self.assertAlmostEqual(x3 - x2, x4 - x3, delta=0.2)
        bars = [p.get("d") for p in drawing.iter(SVG + "path") if p.get("stroke-width") == "1.2"]
        self.assertEqual(len(bars), 6)
        x, top, bottom = map(float, re.match(r"M(\S+) (\S+)V([\d.]+)", bars[0]).groups())
        self.assertEqual(x, x2)
        decade = y3 - y2  # of 1 +- 1/40: log10(1.025) and log10(0.975) of a decade
        self.assertAlmostEqual(y2 - top, decade * 0.010724, delta=0.15)
        self.assertAlmostEqual(bottom - y2, decade * 0.010995, delta=0.15)

    def test_labels(self):
        """No label lies on another or leaves the drawing, however close the points are."""
        results = canned()
        for i in range(40):
            results["models"][0]["entries"].append(
                entry(f"e8n{2 + i / 10:g}", i % 2 == 1, 14000000 + 9000 * i, .1 + i / 2000, 24))
        drawing = self.draw(results)[2][0]
        boxes = []
        for t in drawing.iter(SVG + "text"):
            if "halo" in t.get("class"):
                x, y = float(t.get("x")), float(t.get("y"))
                boxes.append((x, y - 9, x + 6 * len(t.text), y))
        self.assertGreater(len(boxes), 6)
        width, height = float(drawing.get("width")), float(drawing.get("height"))
        for i, a in enumerate(boxes):
            self.assertTrue(a[0] >= 0 and a[1] >= 0 and a[2] <= width and a[3] <= height, a)
            for b in boxes[:i]:
                self.assertFalse(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])

    def test_edges(self):
        """One codec, one layer, a divergence of 0, a perplexity that is none: still a page."""
        results = canned()
        model = results["models"][0]
        model["entries"] = [entry("e8c2", False, 5, 0.0, None), entry("q8", False, 7, 1e-9, 9e9)]
        self.draw(results)
        model["entries"] = []
        text = self.draw(results)[0]
        self.assertNotIn("<svg", text)

    def test_markdown(self):
        status, out, err = self.script("--from", self.write("r.json", canned()), "--markdown")
        self.assertEqual(status, 0, err)
        self.assertIn("| `f16` | 59.066 | 59.07 | 20.500 +- 0.410 | - |", out)
        self.assertIn("| `e8c2 --calib` | 11.000 | 11.00 | 31.500 +- 0.630 | 0.3000 +- 0.0075 |",
                      out)

    def test_peers(self):
        named = "# measured there\nname,bytes,kld,ppl,series\n<Q4>,18e6,.02,,ours & theirs\n" \
            "a,9e6,,21,\nb,9e6,,22,\n"
        text, page, drawings = self.draw(canned(), "--peers", self.write("p.csv", named))
        self.assertIn("measured there", page.text)
        self.assertIn("<Q4> (ours & theirs)", [r[0] for r in page.rows if r])
        self.assertIn("<Q4>", [t.text for t in drawings[0].iter(SVG + "text")])
        self.assertNotIn("<Q4>", [t.text for t in drawings[1].iter(SVG + "text")])
        as_json = {"notes": ["n"], "peers": [{"name": "Q4", "bytes": 18000000, "ppl": 22}]}
        self.assertIn("Q4 (others)", self.draw(canned(), "--peers", self.write("p", as_json))[0])
        for bad, word in (("Q4,18e6", "neither"), ("Q4,,.1", "no bytes"), (",1,1", "no name"),
                          ("Q4,x,.1", "no number"), ("Q4,1,nan", "kld"), ("Q4,1,-1", "kld"),
                          ("Q4,1,1,1,1", "5 columns"), ("name,size\nQ4,1", "unknown size"),
                          ("", "no file"), ("[1]", "list of objects"), ("{", "no JSON"),
                          ("name,bytes,kld,model\nQ4,1,1,else", "else")):
            self.fails("--from", self.write("r.json", canned()), "-o", self.path("o.html"),
                       "--peers", self.write("p", bad), words=(word, "p"))
        two = canned()
        two["models"].append({**copy.deepcopy(two["models"][0]), "name": "second"})
        self.fails("--from", self.write("r.json", two), "-o", self.path("o.html"), "--peers",
                   self.write("p", "Q4,1,1"), words=("names no model",))

    def test_bad_results(self):
        for key, value in (("format", "x"), ("settings", {}), ("models", [{}]), ("date", ...)):
            results = canned()
            results[key] = value
            if value is ...:
                del results[key]
            self.fails("--from", self.write("r.json", results), "-o", self.path("o.html"),
                       words=("r.json", "no results file"))
        results = canned()
        results["models"][0]["entries"][0]["bytes"] = float("nan")
        self.fails("--from", self.write("r.json", results), "-o", self.path("o.html"),
                   words=("bytes",))
        self.fails("--from", self.path("none"), "-o", self.path("o.html"), words=("No such file",))
        self.write("r.json", canned())
        self.fails("--from", self.path("r.json"), "-o", self.path("no/o.html"),
                   words=("cannot be written",))

    def test_usage(self):
        for more in ((), ("-o", "x"), ("--text", "t", "-o", "x"), ("--from", "r"),
                     ("--from", "r", "model", "-o", "x"),
                     ("m", "--text", "t", "-o", "x", "--windows", "0"), ("--from", "x", "-o", "x")):
            self.fails(*more, status=2, words=("report: error:",))


class Measured(Report):
    """A whole run with the command."""

    def setUp(self):
        super().setUp()
        self.model = tiny_model.write(self.path("tiny"))
        self.text = self.write("text.txt", "It was the best of times, it was the worst. " * 40)
        self.calib = self.write("calib.txt", "We had everything before us, we had nothing. " * 40)

    def command(self, *more, gosset=GOSSET, text=None):
        return ["--gosset", gosset, "--text", text or self.text, "--calib", self.calib, "--context",
                "64", "--windows", "4", "-t", "1", "-o", self.path("r.html"), *more, self.model]

    def slow(self):
        """A command that, while there is a file "hold", hangs when it quantizes to e8c3."""
        return self.write_script("slow", f"""#!/bin/sh
case "$*" in *"--codec e8c3"*) [ ! -e '{self.path("hold")}' ] || {{
    touch '{self.path("held")}'; exec sleep 600; }};; esac
exec '{GOSSET}' "$@"
""")

    def write_script(self, name, text):
        path = self.write(name, text)
        os.chmod(path, 0o755)
        return path

    def test_run(self):
        status, _, err = self.script(*self.command("--codecs", "e8c3,q4"))
        self.assertEqual(status, 0, err)
        self.assertIn("[5/5] tiny q4 --calib: ", err)
        self.assertRegex(err, r"\[3/5\] tiny e8c3 --calib \.\.\., \d+:\d\d left")
        results = json.loads(self.read("r.json"))
        model, = results["models"]
        found = {(e["codec"], e["calibrated"]): e["eval"]["kld_mean"] for e in model["entries"]}
        self.assertEqual(set(found), {(c, k) for c in ("e8c3", "q4") for k in (False, True)})
        self.assertTrue(all(k > 0 for k in found.values()), found)
        page = Page(self.read("r.html"))
        self.assertEqual(page.links, [])
        self.assertEqual(sorted(r[0].rstrip(" *") for r in page.rows[1:6]),
                         ["e8c3", "e8c3 --calib", "f16", "q4", "q4 --calib"])
        self.assertIn("quantize tiny -o m.gosset --codec q4".replace("tiny", self.model), page.text)
        # Done: nothing is measured again. One more codec: it and the base, which must be the same.
        _, _, err = self.script(*self.command("--codecs", "e8c3,q4"))
        self.assertNotIn("[1/", err)
        status, _, err = self.script(*self.command("--codecs", "e8c3,q4,pvq2"))
        self.assertEqual((status, err.count("MB, perplexity")), (0, 3), err)
        # Other settings and another model under the same name do not mix with it.
        kept = self.read("r.json")
        for more, word in ((("--base", "f32"), "base f16"), (("--windows", "3"), "windows 4"),
                           (("--head-codec", "q4"), "head_codec"),
                           (("--calib-tokens", "100"), "calibrated otherwise")):
            self.fails(*self.command("--codecs", "e8c3", *more), words=(word, "--save"))
        self.fails(*self.command("--codecs", "e8c3", text=self.calib), words=("another text",))
        os.rename(self.model, self.path("old"))
        tiny_model.write(self.model, seed=2)
        status, _, err = self.script(*self.command("--codecs", "q8"))
        self.assertEqual(status, 1)
        self.assertIn("other logits", err)
        self.assertEqual(self.read("r.json"), kept)

    def test_interrupt(self):
        """What is measured is kept; the same command goes on from there."""
        command = self.command("--codecs", "e8c2,e8c3", gosset=self.slow())
        self.write("hold", "")
        with subprocess.Popen([sys.executable, SCRIPT, *command], text=True,
                              stderr=subprocess.PIPE) as process:
            limit = time.monotonic() + 240
            while not os.path.exists(self.path("held")):
                self.assertLess(time.monotonic(), limit)
                self.assertIsNone(process.poll())
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            err = process.communicate(timeout=120)[1]
        self.assertEqual(process.returncode, 130, err)
        self.assertNotIn("Traceback", err)
        self.assertIn("interrupted", err)
        self.assertFalse(os.path.exists(self.path("r.html")))
        first = json.loads(self.read("r.json"))["models"][0]["entries"]
        self.assertEqual([(e["codec"], e["calibrated"]) for e in first],
                         [("e8c2", False), ("e8c2", True)])
        os.unlink(self.path("hold"))
        status, _, err = self.script(*command)
        self.assertEqual((status, err.count("MB, perplexity")), (0, 3), err)
        second = json.loads(self.read("r.json"))["models"][0]["entries"]
        self.assertEqual(second[:2], first)
        self.assertEqual(len(second), 4)

    def test_errors(self):
        out = self.path("r.html")
        for more, word in ((["--codecs", "e8x"], "there is no codec e8x"),
                           (["--base", "f17"], "there is no codec f17"),
                           (["--gosset", self.path("none")], "--gosset"),
                           (["--calib", self.path("none")], "--calib"),
                           ([self.model], "NAME=MODEL"), ([self.path("none")], "no such model")):
            self.fails(*self.command("--codecs", "q4", *more), words=(word,))
        broken = self.write_script("broken", f"""#!/bin/sh
[ "$1" = quantize ] && {{ echo "gosset quantize: no room" >&2; exit 1; }}
exec '{GOSSET}' "$@"
""")
        status, _, err = self.script(*self.command("--codecs", "q4", gosset=broken))
        self.assertEqual(status, 1)
        for word in ("ended with 1", "no room", "--codec f16"):
            self.assertIn(word, err)
        self.assertFalse(os.path.exists(out))


if __name__ == "__main__":
    unittest.main()
