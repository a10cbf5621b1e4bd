"""Quantizes a model into codecs one at a time and measures each against the unquantized model.

All numbers are those of `gosset quantize --json` and `gosset eval --json`. One quantized file and
the base's logits exist at a time, in a temporary folder.
"""
import hashlib
import json
import os
import shlex
import signal
import subprocess
import tempfile
import time

from failure import Failure

FILE, LOGITS = "m.gosset", "base.logits"  # names in the temporary folder, and in shown commands


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f": {lines[-1][:400]}" if lines else ""


def run_text(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as e:
        raise Failure(f"{command[0]} does not start: {e.strerror}") from None
    if done.returncode:
        how = f"ended with {done.returncode}"
        if done.returncode == -signal.SIGINT:
            raise KeyboardInterrupt
        if done.returncode < 0:
            how = f"was killed by signal {-done.returncode}"
        why = last_line(done.stderr.decode(errors="replace"))
        raise Failure(f"{shlex.join(command)}\n{how}{why}")
    return done.stdout.decode(errors="replace")


def run_json(command):
    text = run_text(command)
    try:
        return json.loads(text)
    except ValueError as e:
        raise Failure(f"{shlex.join(command)}\nprints no JSON: {e}") from None


def sha256(path):
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as f:
            while block := f.read(1 << 20):
                digest.update(block)
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from None
    return digest.hexdigest()


def text_of(path):
    """What identifies a text."""
    return path and {"path": path, "bytes": os.path.getsize(path), "sha256": sha256(path)}


def codecs_up_to(gosset, most_bits):
    listed = run_json([gosset, "codecs", "-o", "json"])["codecs"]
    return [c["name"] for c in listed if c["bits"] <= most_bits]


def known_codecs(gosset):
    return [c["name"] for c in run_json([gosset, "codecs", "-o", "json"])["codecs"]]


def settings_of(gosset, options):
    """All that must be equal for two results to stand in one table."""
    return {"gosset": gosset, "version": run_text([gosset, "--version"]).strip(),
            "gosset_sha256": sha256(gosset), "text": text_of(options.text),
            "calib": text_of(options.calib), "calib_tokens": options.calib_tokens,
            "windows": options.windows, "context": options.context, "base": options.base,
            "head_codec": options.head_codec, "embed_codec": options.embed_codec,
            "value_codec": options.value_codec}


class Measurer:
    """Measures one model: `base` first, then any (codec, calibrated)."""

    def __init__(self, settings, model, threads, folder):
        self.settings, self.model, self.folder = settings, model, folder
        self.threads = ["-t", str(threads)]
        self.file, self.logits = os.path.join(folder, FILE), os.path.join(folder, LOGITS)

    def quantize_command(self, codec, calibrated):
        s = self.settings
        command = [s["gosset"], "quantize", self.model, "-o", self.file, "--codec", codec, "--json"]
        if codec != s["base"]:
            for option in ("head_codec", "embed_codec", "value_codec"):
                if s[option]:
                    command += [f"--{option.replace('_', '-')}", s[option]]
        if calibrated:
            command += ["--calib", s["calib"]["path"]]
            if s["calib_tokens"]:
                command += ["--calib-tokens", str(s["calib_tokens"])]
        return command + self.threads

    def eval_command(self, is_base):
        s = self.settings
        return [s["gosset"], "eval", "-m", self.file, "-f", s["text"]["path"], "-c",
                str(s["context"]), "--windows", str(s["windows"]), "--json",
                "--save-logits" if is_base else "--logits", self.logits] + self.threads

    def shown(self, command):
        """As a line for the page, without the temporary folder."""
        return shlex.join(command).replace(self.folder + os.sep, "")

    def measure(self, codec, calibrated, is_base=False):
        start = time.monotonic()
        quantize, evaluate = self.quantize_command(codec, calibrated), self.eval_command(is_base)
        made = run_json(quantize)
        middle = time.monotonic()
        seen = run_json(evaluate)
        end = time.monotonic()
        try:
            tensors = [[t["name"], t["codec"], t["bpw"], t["rel_mse"]] for t in made["tensors"]]
            return {"codec": codec, "calibrated": calibrated, "bytes": os.path.getsize(self.file),
                    "bpw": made["bpw"], "eval": seen, "tensors": [] if is_base else tensors,
                    "quantize_seconds": middle - start, "eval_seconds": end - middle,
                    "quantize_command": self.shown(quantize), "eval_command": self.shown(evaluate)}
        except KeyError as e:
            raise Failure(f"{self.shown(quantize)}\nprints no {e}") from None

    def measure_base(self):
        entry = self.measure(self.settings["base"], False, is_base=True)
        about = run_json([self.settings["gosset"], "inspect", "-m", self.file, "--json"])
        entry["weights"] = about["weights"]
        entry["source"] = {k: about["provenance"][k] for k in ("source_name", "source_hash")}
        return entry


def same_base(old, new):
    """Whether two measurements of the base saw one model, one text and one arithmetic."""
    return old["eval"]["logits_xxh3"] == new["eval"]["logits_xxh3"] and \
        old["source"] == new["source"]


def measure_all(results, models, codecs, threads, save, progress):
    """Fills `results` with what it lacks. models: [(name, path)]; codecs: [(codec, calibrated)].
    save() is called after each measurement, progress(model, codec, calibrated, entry or None)
    after and before it."""
    for name, path in models:
        model = results.model(name, path)
        missing = [key for key in codecs if not model.has(*key)]
        if model.base and not missing:
            continue
        with tempfile.TemporaryDirectory(prefix="gosset-report-") as folder:
            measurer = Measurer(results.settings, path, threads, folder)
            progress(name, results.settings["base"], None, None)
            base = measurer.measure_base()
            if model.base and not same_base(model.base, base):
                raise Failure(f"{path}: gives other logits than when the results of {name} were "
                              "saved; give another --save or another name")
            model.set_base(base)
            save()
            progress(name, base["codec"], None, base)
            for codec, calibrated in missing:
                progress(name, codec, calibrated, None)
                entry = measurer.measure(codec, calibrated)
                model.add(entry)
                save()
                progress(name, codec, calibrated, entry)
