#!/usr/bin/env python3
"""tools/bench-peers on commands that answer what a test tells them to."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "tools", "bench-peers")

# Both commands note how they were called, and take their speed from a list of it.
FAKE = """#!{python}
import json, os, signal, sys, time
folder = {folder!r}
with open(os.path.join(folder, "calls"), "a") as f:
    f.write({name!r} + " " + " ".join(sys.argv[1:]) + "\\n")
with open(os.path.join(folder, "calls")) as f:
    turn = sum(line.startswith({name!r}) for line in f) - 1
def option(name):
    return sys.argv[sys.argv.index(name) + 1]
prompt, new, threads = int(option("-p")), int(option("-n")), int(option("-t"))
speed = {speeds!r}[turn % {count}]
{body}
"""
GOSSET = """print(json.dumps({"rows": [{"test": f"pp{prompt}" if prompt else f"tg{new}",
                                          "threads": threads, "tps": speed}]}))"""
PEER = """print(json.dumps([{"n_prompt": prompt, "n_gen": new, "n_threads": threads,
                                   "avg_ts": speed}]))"""


class BenchPeers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.fake("gosset", GOSSET, [30.0, 10.0, 20.0])
        self.fake("peer", PEER, [10.0])
        for model in ("m.gosset", "m.gguf"):
            with open(self.path(model), "wb"):
                pass

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def fake(self, name, body, speeds):
        with open(self.path(name), "w", encoding="ascii") as f:
            f.write(FAKE.format(python=sys.executable, folder=self.folder.name, name=name,
                                speeds=speeds, count=len(speeds), body=body))
        os.chmod(self.path(name), 0o755)

    def command(self, *more):
        return [sys.executable, SCRIPT, "--gosset", self.path("gosset"), "-m",
                self.path("m.gosset"), "--peer", self.path("peer"), "--peer-model",
                self.path("m.gguf"), *more]

    def run_script(self, *more):
        done = subprocess.run(self.command(*more), capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertNotIn("Traceback", done.stderr)
        return done.returncode, done.stdout, done.stderr

    def fails(self, *more, words=()):
        status, out, err = self.run_script("-n", "8", "-p", "0", *more)
        self.assertEqual((status, out), (1, ""), err)
        self.assertTrue(err.splitlines()[-1].startswith("bench-peers: "), err)
        for word in words:
            self.assertIn(word, err.splitlines()[-1])

    def calls(self):
        with open(self.path("calls"), encoding="ascii") as f:
            return f.read().splitlines()

    def test_rounds(self):
        status, out, err = self.run_script("-p", "0", "-n", "8", "-r", "3", "-o", "json")
        self.assertEqual(status, 0, err)
        row, = json.loads(out)["rows"]
        self.assertEqual((row["test"], row["threads"], row["rounds"]), ("tg8", 1, 3))
        self.assertEqual(row["gosset"], {"median": 20, "min": 10, "max": 30})
        self.assertEqual(row["ratio"], {"median": 2, "min": 1, "max": 3})
        self.assertEqual(row["pairs"], [[30, 10], [10, 10], [20, 10]])
        names = [call.split()[0] for call in self.calls()]
        self.assertEqual(names, ["gosset", "peer", "peer", "gosset", "gosset", "peer"])

    def test_arguments(self):
        status, out, err = self.run_script("-p", "4", "-n", "8", "-r", "1", "-t", "1,2",
                                           "--peer-args=-fa 1", "--gosset-args=--kv f16")
        self.assertEqual(status, 0, err)
        self.assertEqual(sum(line.startswith(("| pp4 ", "| tg8 ")) for line in out.splitlines()), 4)
        calls = self.calls()
        self.assertEqual(len(calls), 8)
        self.assertEqual(calls[0], f"gosset bench -m {self.path('m.gosset')} -t 1 -p 4 -n 0 -r 1 "
                                   "-o json --kv f16")
        self.assertEqual(calls[-1], f"peer -m {self.path('m.gguf')} -t 2 -p 0 -n 8 -r 1 -o json "
                                    "-fa 1")

    def test_missing(self):
        self.fails("--peer", self.path("none"), words=("--peer", "none", "not there"))
        self.fails("--gosset", self.path("m.gosset"), words=("--gosset", "not executable"))
        self.fails("--model", self.path("none.gosset"), words=("--model", "none.gosset"))
        self.fails("--peer-model", self.path("none.gguf"), words=("--peer-model", "none.gguf"))

    def test_bad_answers(self):
        for body, words in (
                ("os.kill(os.getpid(), signal.SIGILL)", ("killed by SIGILL",)),
                ("print('no such model', file=sys.stderr); sys.exit(3)",
                 ("ended with 3", "no such model")),
                ("print('hello')", ("no JSON", "hello")),
                ("sys.stdout.buffer.write(bytes([0xff]))", ("no JSON",)),
                ("print('7')", ("another shape",)),
                ("print('{\"rows\": 1}')", ("another shape",)),
                ("print('[{}]')", ("another shape",)),
                ("print('[]')", ("0 results of tg8",)),
                ("speed = float('nan')\n" + PEER, ("no speed",)),
                ("speed = 0\n" + PEER, ("no speed",)),
                ("speed = 'fast'\n" + PEER, ("no speed",)),
                ("threads += 1\n" + PEER, ("0 results of tg8",)),
                ("time.sleep(60)", ("more than 3 s",))):
            self.fake("peer", body, [10.0])
            limit = ("--timeout", "3") if "sleep" in body else ()
            self.fails(*limit, words=("the peer (", *words))
        self.fake("gosset", "os.abort()", [1.0])
        self.fails(words=("gosset (", "SIGABRT"))

    def test_usage(self):
        for more in (("-p", "0", "-n", "0"), ("-t", "0"), ("-t", "1,x"), ("-r", "0"), ("-n", "-1")):
            status, out, err = self.run_script(*more)
            self.assertEqual((status, out), (2, ""), more)
            self.assertIn("bench-peers: error:", err)

    def test_interrupt(self):
        """What is finished is shown; the command that runs ends too."""
        self.fake("peer", "time.sleep(600 if turn else 0)\n" + PEER, [10.0])
        with subprocess.Popen(self.command("-p", "0", "-n", "8", "-r", "2"), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            limit = time.monotonic() + 60
            while not os.path.exists(self.path("calls")) or len(self.calls()) < 3:
                self.assertLess(time.monotonic(), limit)
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertNotIn("Traceback", err)
        self.assertIn("interrupted", err)
        self.assertIn("| tg8 | 1 | 1 | 30.00 ", out)


if __name__ == "__main__":
    unittest.main()
