"""The results file: JSON, written again (atomically) after each measurement, and continued."""
import json
import math
import os
import tempfile

from failure import Failure

FORMAT = "gosset-quality-1"
# Other settings may differ between the runs that one file continues; these make other numbers.
FIXED = ("version", "gosset_sha256", "windows", "context", "base", "head_codec", "embed_codec",
         "value_codec")
EVAL = ("ppl", "ppl_se", "tokens", "kld_mean", "kld_se", "kld_median", "kld_p99", "kld_max",
        "top1_agree", "isa", "logits_xxh3")
ENTRY = ("codec", "calibrated", "bytes", "bpw", "eval", "tensors", "quantize_seconds",
         "eval_seconds", "quantize_command", "eval_command")


def write_atomically(path, text):
    """The file is there as a whole or as it was."""
    folder = os.path.dirname(os.path.abspath(path))
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, delete=False,
                                         prefix=os.path.basename(path) + ".") as f:
            temporary = f.name
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
        temporary = None
    except OSError as e:
        raise Failure(f"{path}: cannot be written: {e.strerror}") from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


class Model:
    """The measurements of one model."""

    def __init__(self, data):
        self.data = data

    @property
    def name(self):
        return self.data["name"]

    @property
    def path(self):
        return self.data["path"]

    @property
    def base(self):
        return self.data["base"]

    @property
    def entries(self):
        return self.data["entries"]

    def has(self, codec, calibrated):
        return any((e["codec"], e["calibrated"]) == (codec, calibrated) for e in self.entries)

    def set_base(self, entry):
        self.data["base"] = entry

    def add(self, entry):
        self.entries.append(entry)

    def seconds(self):
        return sum(e["quantize_seconds"] + e["eval_seconds"] for e in [self.base, *self.entries])


class Results:
    """settings (measure.settings_of), machine, and a list of models."""

    def __init__(self, data):
        self.data = data

    @staticmethod
    def new(settings, machine, date):
        return Results({"format": FORMAT, "settings": settings, "machine": machine, "date": date,
                        "models": []})

    @property
    def settings(self):
        return self.data["settings"]

    @property
    def models(self):
        return [Model(m) for m in self.data["models"]]

    def model(self, name, path):
        for m in self.data["models"]:
            if m["name"] == name:
                return Model(m)
        self.data["models"].append({"name": name, "path": path, "base": None, "entries": []})
        return Model(self.data["models"][-1])

    def save(self, path):
        write_atomically(path, json.dumps(self.data, indent=1) + "\n")

    def continue_with(self, settings, path):
        """Takes the settings of a new run, or says which one forbids it."""
        old = self.settings
        for key in FIXED:
            if old[key] != settings[key]:
                raise Failure(f"{path}: its results were measured with {key} {old[key]}, not "
                              f"{settings[key]}; give another --save")
        if old["text"]["sha256"] != settings["text"]["sha256"]:
            raise Failure(f"{path}: its results were measured on another text "
                          f"({old['text']['path']}); give another --save")
        if old["calib"] and settings["calib"]:
            if old["calib"]["sha256"] != settings["calib"]["sha256"] or \
                    old["calib_tokens"] != settings["calib_tokens"]:
                raise Failure(f"{path}: its results were calibrated otherwise "
                              f"({old['calib']['path']}); give another --save")
        elif old["calib"]:
            settings = {**settings, "calib": old["calib"], "calib_tokens": old["calib_tokens"]}
        self.data["settings"] = settings


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def check_entry(e, is_base):
    for key in ENTRY:
        e[key]
    for key in EVAL:
        value = e["eval"][key]
        if not isinstance(value, str) and value is not None and not is_number(value):
            raise ValueError(f"{key} is {value!r}")
    for key in ("bytes", "bpw", "quantize_seconds", "eval_seconds"):
        if not is_number(e[key]):
            raise ValueError(f"{key} is {e[key]!r}")
    for name, codec, bpw, rel_mse in e["tensors"]:
        if not (isinstance(name, str) and isinstance(codec, str) and is_number(bpw)
                and is_number(rel_mse)):
            raise ValueError(f"tensor {name!r}")
    if is_base:
        e["weights"], e["source"]["source_name"], e["source"]["source_hash"]


def load(path):
    try:
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from None
    except ValueError as e:
        raise Failure(f"{path}: is no JSON: {e}") from None
    try:
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}, not {FORMAT}")
        data["machine"]["name"], data["machine"]["cores"], data["date"]
        for key in FIXED + ("gosset", "calib", "calib_tokens"):
            data["settings"][key]
        for text in filter(None, (data["settings"]["text"], data["settings"]["calib"])):
            text["path"], text["bytes"] + 0, text["sha256"]
        for model in data["models"]:
            model["name"], model["path"]
            if model["base"] is not None:
                check_entry(model["base"], True)
            for entry in model["entries"]:
                check_entry(entry, False)
    except (KeyError, TypeError, ValueError) as e:
        raise Failure(f"{path}: is no results file of tools/report: {e!r}") from None
    return Results(data)
