"""Files of other engines, measured elsewhere: a small CSV or JSON.

CSV: a line a file, `name,bytes,kld[,ppl]`, or columns named by a first line: name, bytes, kld, ppl,
kld_se, ppl_se, series (the name in the legend), model (the name of the one to draw it beside, where
the page has several). Lines that begin with # are
notes, shown on the page: how the numbers were measured. JSON: a list of objects with these keys, or
{"notes": [...], "peers": [...]}.
"""
import csv
import json

from failure import Failure
from results import is_number

TEXTS, NUMBERS = ("name", "series", "model"), ("bytes", "kld", "ppl", "kld_se", "ppl_se")
POSITIONS = ("name", "bytes", "kld", "ppl")


def record(fields, where):
    unknown = sorted(k for k in fields if k not in TEXTS + NUMBERS)
    if unknown:
        raise Failure(f"{where}: unknown {', '.join(map(str, unknown))}; known are "
                      f"{', '.join(TEXTS + NUMBERS)}")
    peer = {key: str(fields.get(key) or "") for key in TEXTS}
    peer["series"] = peer["series"] or "others"
    if not peer["name"]:
        raise Failure(f"{where}: no name")
    for key in NUMBERS:
        value = fields.get(key)
        try:
            peer[key] = float(value) if value not in (None, "") else None
        except (TypeError, ValueError):
            raise Failure(f"{where}: {key} is {value!r}, no number") from None
        if peer[key] is not None and (not is_number(peer[key]) or peer[key] < 0):
            raise Failure(f"{where}: {key} is {value!r}")
    if not peer["bytes"]:
        raise Failure(f"{where}: {peer['name']} has no bytes")
    if peer["kld"] is None and peer["ppl"] is None:
        raise Failure(f"{where}: {peer['name']} has neither kld nor ppl")
    return peer


def from_csv(text, path):
    notes, peers, columns = [], [], None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        if line.startswith("#"):
            notes.append(line.lstrip("# ").strip())
            continue
        cells = [c.strip() for c in next(csv.reader([line]), [])]
        if not any(cells):
            continue
        if columns is None and cells[0] == "name":
            columns = cells
            continue
        names = columns or POSITIONS
        if len(cells) > len(names):
            raise Failure(f"{where}: {len(cells)} columns, of {len(names)}: {','.join(names)}")
        peers.append(record(dict(zip(names, cells)), where))
    return notes, peers


def from_json(text, path):
    try:
        data = json.loads(text)
    except ValueError as e:
        raise Failure(f"{path}: is no JSON: {e}") from None
    notes = data.get("notes", []) if isinstance(data, dict) else []
    rows = data.get("peers") if isinstance(data, dict) else data
    if not isinstance(notes, list) or not isinstance(rows, list) or \
            not all(isinstance(r, dict) for r in rows):
        raise Failure(f"{path}: is neither a list of objects nor {{\"notes\": [], \"peers\": []}}")
    return [str(n) for n in notes], [record(r, f"{path}: peer {i}") for i, r in enumerate(rows, 1)]


def check_models(peers, names, path):
    """Each peer belongs to one model of the page."""
    for p in peers:
        if p["model"] and p["model"] not in names:
            raise Failure(f"{path}: {p['name']} is of the model {p['model']}; the page has "
                          f"{', '.join(names)}")
        if not p["model"] and len(names) > 1:
            raise Failure(f"{path}: {p['name']} names no model, and the page has "
                          f"{', '.join(names)}: add a column, model")


def load(path):
    """(notes, peers); a peer has all of TEXTS and NUMBERS, what is not given as "" or None."""
    try:
        with open(path, encoding="utf-8") as f:
            text = f.read()
    except (OSError, UnicodeDecodeError) as e:
        raise Failure(f"{path}: {getattr(e, 'strerror', None) or e}") from None
    notes, peers = (from_json if text.lstrip()[:1] in ("[", "{") else from_csv)(text, path)
    if not peers:
        raise Failure(f"{path}: names no file")
    return notes, peers
