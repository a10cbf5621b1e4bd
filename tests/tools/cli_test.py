#!/usr/bin/env python3
"""The contract of the command: cli_test.py GOSSET. Help, exit statuses, the shapes of --json, and
run, eval and bench on a random model that `gosset synth` makes. What is not linked is skipped."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from command import GOSSET, Case, gosset, needs, verbs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.environ.get("GOSSET_TEST_DATA",
                      os.path.join(os.path.dirname(ROOT), "shared", "data"))
SYNTH = ("--layers 2 --dim 64 --ffn 96 --heads 4 --kv-heads 2 --vocab 256 --codec q8 -s 7").split()


class Usage(Case):
    def test_top(self):
        out, _ = self.good("--help")
        self.assertIn("usage:", out)
        with open(os.path.join(ROOT, "tools/gosset/commands.def"), encoding="ascii") as f:
            listed = re.findall(r"^GOSSET_COMMAND\((\w+),", f.read(), re.M)
        self.assertEqual(verbs(), listed)
        self.assertRegex(self.good("--version")[0], r"^gosset \d+\.\d+\.\d+\n$")

    def test_no_verb(self):
        self.assertEqual(gosset()[0], 2)
        status, out, err = gosset("nonsense")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("nonsense", err)

    def test_help_of_each(self):
        for verb in verbs():
            out, _ = self.good(verb, "--help")
            self.assertIn(f"gosset {verb}", out, f"{verb} --help shows no example")
            self.assertNotIn("\t", out)

    def test_usage_errors(self):
        for verb in verbs():
            status, out, err = gosset(verb, "--no-such-option")
            self.assertEqual((status, out), (2, ""), (verb, err))
            self.assertIn(f"gosset {verb}", err)

    def test_stdout_is_full(self):
        for arguments in (["cpu"], ["codecs"], ["run", "--help"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([GOSSET, *arguments], stdout=full, stderr=subprocess.PIPE,
                                      timeout=60, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(f"gosset {arguments[0]}: cannot write to stdout", done.stderr.decode())


@needs("cpu")
class Cpu(Case):
    def test_json(self):
        info = json.loads(self.good("cpu", "--json")[0])
        self.assertEqual(set(info), {"name", "cores", "features", "isas", "isa"})
        self.assertIn("scalar", info["isas"])
        self.assertIn(info["isa"], info["isas"])

    def test_forced(self):
        env = {**os.environ, "GOSSET_ISA": "scalar"}
        self.assertEqual(json.loads(self.good("cpu", "--json", env=env)[0])["isa"], "scalar")
        env["GOSSET_ISA"] = "abacus"
        self.fails(1, "cpu", env=env, word="GOSSET_ISA")


@needs("synth", "run", "eval", "bench")
class Model(Case):
    """One random model for all; it has no tokenizer, so it is driven by ids."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.model = os.path.join(cls.folder.name, "tiny.gosset")
        status, _, err = gosset("synth", "-o", cls.model, *SYNTH)
        assert status == 0, err

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name, data=None):
        path = os.path.join(self.folder.name, name)
        if data is not None:
            with open(path, "wb") as f:
                f.write(data)
        return path

    def ids(self, *arguments, **options):
        out, err = self.good("run", "-m", self.model, "--prompt-ids", "1 2 3", "--ids", "--greedy",
                             *arguments, **options)
        self.assertRegex(err, r"prompt 3 tokens, [\d.]+ t/s")
        self.assertEqual(out.count("\n"), 1)
        return [int(x) for x in out.split()]

    def test_run(self):
        first = self.ids("-n", "8", "-t", "1")
        self.assertEqual(len(first), 8)
        self.assertTrue(all(0 <= i < 256 for i in first))
        self.assertEqual(self.ids("-n", "8", "-t", "3"), first)
        self.assertEqual(self.ids("-n", "8", "--huge", "--exact"), first)
        env = {**os.environ, "GOSSET_ISA": "scalar"}
        self.assertEqual(self.ids("-n", "8", env=env), first)
        self.assertEqual(self.ids("-n", "0"), [])

    def test_seed(self):
        def sample(seed):
            return self.good("run", "-m", self.model, "--prompt-ids", "5", "--ids", "-n", "16",
                             "--temp", "2", "--top-k", "0", "-s", seed)[0]
        self.assertEqual(sample("1"), sample("1"))
        self.assertNotEqual(sample("1"), sample("2"))

    def test_context(self):
        self.assertEqual(len(self.ids("-n", "99", "-c", "8")), 6)  # the last one is not fed
        self.fails(1, "run", "-m", self.model, "--prompt-ids", " ".join("1" * 9), "-c", "8",
                   word="context")

    def test_run_failures(self):
        run = ("run", "-m", self.model)
        self.fails(1, *run, "--prompt-ids", "1", "-t", "0", word="-t 0")
        self.fails(1, *run, "--prompt-ids", "1", "-t", "many", word="-t many")
        self.fails(1, *run, "--prompt-ids", "256", word="256")
        self.fails(1, *run, "--prompt-ids", "1 x", word="'x'")
        self.fails(1, *run, "-p", b"caf\xe9 au lait", word="byte 3")
        self.fails(1, *run, "-p", "text", word="tokenizer")
        self.fails(2, *run)
        self.fails(2, *run, "-p", "a", "-f", "b")
        self.fails(2, *run, "-p", "a", "-n", "x")
        self.fails(2, *run, "-p", "a", "--kv", "q4")
        self.fails(1, "run", "-m", self.path("none"), "-p", "a", word="none")

    def test_not_a_model(self):
        with open(self.model, "rb") as f:
            data = f.read()
        for name, broken in (("text", b"hello, I am text\n" * 99), ("empty", b""),
                             ("short", data[:len(data) // 2]), ("head", data[:64])):
            path = self.path(name, broken)
            for arguments in (("run", "-m", path, "--prompt-ids", "1"),
                              ("eval", "-m", path, "-f", self.path("t", b"x")),
                              ("bench", "-m", path)):
                self.fails(1, *arguments)
        self.fails(1, "run", "-m", self.folder.name, "-p", "a")

    def test_full_disk(self):
        self.full_disk(self.path("out.gosset"), "synth", *SYNTH, "-o")
        self.full_disk(self.path("out.safetensors"), "export", "-m", self.model, "-o")

    def test_chat(self):
        self.fails(1, "chat", "-m", self.model, "-p", "hi", "--once", word="template")

    def test_eval_failures(self):
        self.fails(1, "eval", "-m", self.model, "-f", self.path("none"))
        self.fails(2, "eval", "-m", self.model)

    def test_bench(self):
        out, _ = self.good("bench", "-m", self.model, "-p", "16", "-n", "4", "-d", "8", "-t", "1,2",
                           "-r", "2", "-o", "json")
        bench = json.loads(out)
        self.assertEqual(set(bench), {"cpu", "isa", "read_gbs", "rows"})
        self.assertEqual([(r["test"], r["threads"], r["depth"]) for r in bench["rows"]],
                         [("pp16", 1, 8), ("tg4", 1, 8), ("pp16", 2, 8), ("tg4", 2, 8)])
        for row in bench["rows"]:
            self.assertGreaterEqual(set(row), {"test", "threads", "depth", "tps", "tps_sd", "gbs",
                                               "share", "bytes_per_token"})
            self.assertGreater(row["tps"], 0)
            self.assertGreater(row["bytes_per_token"], 0)
        self.assertIn("| tg4 ", self.good("bench", "-m", self.model, "-p", "0", "-n", "4", "-r",
                                          "1", "-t", "1")[0])
        self.fails(2, "bench")
        self.fails(1, "bench", "-m", self.model, "-t", "0")


@needs("quantize", "run", "eval", "chat")
class Text(Case):
    """A real, tiny model with a tokenizer, where the data folder has it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.model = os.path.join(cls.folder.name, "stories.gosset")
        cls.text = os.path.join(DATA, "text", "tinystories_train_head.txt")
        cls.source = source = os.path.join(DATA, "models", "stories260K", "stories260Ktok512.gguf")
        if not os.path.exists(source):
            print(f"SKIPPED: no {source}", file=sys.stderr)
            raise unittest.SkipTest("no data")
        status, _, err = gosset("quantize", source, "-o", cls.model, "--codec", "f32",
                                "--embed-codec", "f32")
        assert status == 0, err

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_run(self):
        out, _ = self.good("run", "-m", self.model, "-p", "Once upon a time", "-n", "8", "--greedy")
        self.assertRegex(out, r"^, there was a ")
        self.fails(1, "run", "-m", self.model, "-p", b"caf\xe9 au lait", word="byte 3")
        self.fails(1, "run", "-m", self.model, "-p", "word " * 900, "-c", "64", word="context")
        out, _ = self.good("run", "-m", self.model, "-f", "-", "-n", "4", "--greedy",
                           stdin=None, input=b"Once upon a time")
        self.assertTrue(out.startswith(", there was"))

    def test_eval(self):
        saved = os.path.join(self.folder.name, "logits")
        call = ("eval", "-m", self.model, "-f", self.text, "-c", "512", "--windows", "4", "--json")
        first = json.loads(self.good(*call, "--save-logits", saved, "-t", "1")[0])
        self.assertEqual(first["tokens"], 4 * 255)
        self.assertIsNone(first["kld_mean"])
        self.assertTrue(3 < first["ppl"] < 12, first)
        self.assertRegex(first["logits_xxh3"], r"^[0-9a-f]{16}$")
        for base in (("--logits", saved), ("--base", self.model)):
            again = json.loads(self.good(*call, *base, "-t", "2")[0])
            self.assertEqual(list(again), ["ppl", "ppl_se", "nll", "tokens", "kld_mean", "kld_se",
                                           "kld_median", "kld_p99", "kld_max", "top1_agree", "isa",
                                           "threads", "logits_xxh3"])
            for key in ("ppl", "nll", "ppl_se", "logits_xxh3"):
                self.assertEqual(again[key], first[key])
            self.assertEqual((again["kld_mean"], again["kld_max"], again["top1_agree"]), (0, 0, 1))
        self.fails(1, *call[:6], "256", *call[7:], "--logits", saved, word="-c")
        self.fails(1, *call, "--logits", self.text, word="logits")
        self.fails(1, *call[:4], os.devnull, "-c", "4", "--json", word="tokens")

    def test_chat_template(self):
        path = os.path.join(self.folder.name, "chat.jinja")
        with open(path, "w", encoding="ascii") as f:
            f.write("{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}"
                    "{{ raise_exception('no system here') }}{% endif %}"
                    "{{ m.role + ': ' + m.content | trim + eos_token }}{% endfor %}")
        call = ("tokenize", "-m", self.model, "--jsonl", "--chat")
        line = json.dumps([{"role": "user", "content": " Hi</s><s> "}]).encode()
        status, _, err = gosset(*call, stdin=None, input=line)
        self.assertEqual((status, "template" in err), (1, True), err)
        if "GOSSET_CHAT_TEMPLATES" in err:
            self.skipTest("built without chat templates")
        call += ("--chat-template",)
        out = json.loads(self.good(*call, path, stdin=None, input=line)[0])
        self.assertEqual(out["text"], "<s>user: Hi</s><s></s>")
        self.assertEqual([i for i in out["ids"] if i in (1, 2)], [1, 2])
        out = json.loads(self.good(*call, "zephyr", stdin=None, input=line)[0])
        self.assertEqual(out["text"], "<|user|>\n Hi</s><s> </s>\n<|assistant|>\n")
        self.fails(1, *call, "no-such.jinja", stdin=None, input=line, word="no-such.jinja")
        talk = ("chat", "-m", self.model, "-p", "hi", "--once", "-n", "4", "--greedy")
        self.fails(1, *talk, word="--chat-template")
        self.good(*talk, "--chat-template", path)
        self.fails(1, *talk, "--chat-template", path, "--system", "S", word="no system here")

    def test_calibrate(self):
        source = self.source
        rough, fine = (os.path.join(self.folder.name, n) for n in ("rough", "fine"))
        self.good("quantize", source, "-o", rough, "--codec", "e8n3")
        with open(self.text, "rb") as f:
            text = f.read(20000)
        calibrate = ("quantize", source, "-o", fine, "--codec", "e8n3", "--calib", "-",
                     "--calib-tokens", "2048", "--json")
        report = json.loads(self.good(*calibrate, stdin=None, input=text)[0])
        codecs = {t["name"]: t["codec"] for t in report["tensors"]}
        self.assertEqual((codecs["model.embed_tokens.weight"], codecs["lm_head.weight"]),
                         ("q8", "e8c4.5"))
        report = json.loads(self.good(*calibrate, "--head-codec", "q8", stdin=None, input=text)[0])
        self.assertEqual(report["bytes"], os.path.getsize(rough))
        score = ("-f", self.text, "--windows", "8", "--base", self.model, "--json")
        kld = {m: json.loads(self.good("eval", "-m", m, *score)[0])["kld_mean"]
               for m in (rough, fine)}
        self.assertLess(kld[fine], 0.75 * kld[rough])
        before = sorted(os.listdir(self.folder.name))
        out = os.path.join(self.folder.name, "none")
        for calib, word in (("no-such.txt", "no-such.txt"), (os.devnull, "empty"),
                            (source, "UTF-8")):
            self.fails(1, "quantize", source, "-o", out, "--calib", calib, word=word)
        self.fails(2, "quantize", source, "-o", out, "--calib-tokens", "1")
        self.assertEqual(sorted(os.listdir(self.folder.name)), before)

    def test_full_disk(self):
        out = os.path.join(self.folder.name, "out")
        self.full_disk(out, "quantize", self.source, "-o")
        self.full_disk(out, "quantize", self.source, "--calib", self.text, "-o")
        self.full_disk(out, "eval", "-m", self.model, "-f", self.text, "--windows", "1",
                       "--save-logits")

    def test_not_a_regular_file(self):
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        for call in (("quantize", self.source, "-o"), ("export", "-m", self.model, "-o"),
                     ("eval", "-m", self.model, "-f", self.text, "--save-logits")):
            self.fails(1, *call, fifo, word="not a regular file")
        self.assertFalse(os.path.isfile(fifo))


if __name__ == "__main__":
    unittest.main()
