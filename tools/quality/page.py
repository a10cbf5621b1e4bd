"""The results as one HTML page: figures, tables, and how every number came about."""
import os
from html import escape

import figures
from markdown import title_of

HERE = os.path.dirname(os.path.realpath(__file__))
NONE = "-"
CALIBRATED = " Calibration makes this error larger, and what it does to the model smaller."


def cell(value, digits, error=None):
    """A number with its standard error."""
    if value is None:
        return NONE
    digits = max(0, digits - len(f"{value:.0f}") + 2) if value >= 100 else digits
    text = f"{value:,.{digits}f}"
    return text if error is None else f"{text} <small>&#177; {error:,.{digits}f}</small>"


def digits_of(error, most):
    """Decimals that show two figures of a standard error."""
    digits = 0
    while digits < most and error and error * 10 ** digits < 10:
        digits += 1
    return digits if error else most


def measured(value, error, most=6):
    return cell(value, digits_of(error, most) if error is not None else 4, error)


def frontier(rows):
    """Marks the rows measured here that diverge less than all such files of at most their size."""
    best = None
    for row in rows:
        row["best"] = not row["peer"] and row["kld"] is not None and \
            (best is None or row["kld"] < best)
        if row["best"]:
            best = row["kld"]
    return rows


def rows_of(model, peers):
    """All files by size; one of equal size with less divergence comes first."""
    rows = []
    for e in [model.base, *model.entries]:
        s = e["eval"]
        rows.append({"title": title_of(e), "bytes": e["bytes"], "bpw": e["bpw"], "peer": False,
                     "kld": s["kld_mean"], "kld_se": s["kld_se"], "ppl": s["ppl"],
                     "ppl_se": s["ppl_se"], "median": s["kld_median"], "p99": s["kld_p99"],
                     "max": s["kld_max"], "top1": s["top1_agree"],
                     "quantize": e["quantize_seconds"], "eval": e["eval_seconds"]})
    for p in peers:
        rows.append({**dict.fromkeys(rows[0]), **p, "peer": True,
                     "title": f"{p['name']} ({p['series']})"})
    rows.sort(key=lambda r: (r["bytes"], r["kld"] is None, r["kld"] or 0))
    return frontier(rows)


def mean(values):
    return sum(values) / len(values)


def main_table(model, peers):
    head = ("file", "bytes", "bits / weight", "KL divergence", "median", "99%", "largest",
            "same top token", "perplexity", "quantize", "eval")
    lines = ["<tr>" + "".join(f"<th>{h}</th>" for h in head) + "</tr>", "</thead><tbody>"]
    for r in rows_of(model, peers):
        top1 = NONE if r["top1"] is None else f"{100 * r['top1']:.2f}%"
        cells = (escape(r["title"]) + (" *" if r["best"] else ""), f"{r['bytes']:,.0f}",
                 cell(r["bpw"], 3), measured(r["kld"], r["kld_se"]), cell(r["median"], 5),
                 cell(r["p99"], 4), cell(r["max"], 3), top1, cell(r["ppl"], 3, r["ppl_se"]),
                 cell(r["quantize"], 1), cell(r["eval"], 1))
        kind = ' class="peer"' if r["peer"] else ""
        lines.append(f"<tr{kind}>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    return '<div class="wide"><table class="files"><thead>' + "\n".join(lines) + \
        "</tbody></table></div>"


def role_table(model):
    """Relative squared error of each role, mean over the layers, and its bits per weight."""
    roles = figures.all_roles(model)
    outside = list(dict.fromkeys(n for e in model.entries for n in figures.roles_of(e)[1]))
    short = [n.removeprefix("model.") for n in outside]
    lines = []
    for e in model.entries:
        layers, others = figures.roles_of(e)
        bits = {}
        for name, _, bpw, _ in e["tensors"]:
            inside = figures.role_of(name)
            bits.setdefault(inside[0] if inside else name.removesuffix(".weight"), []).append(bpw)
        cells = [escape(title_of(e))]
        for name in roles + outside:
            errors = list(layers[name].values()) if name in layers else \
                [others[name]] if name in others else []
            cells.append(f"{mean(errors):.3g} <small>{mean(bits[name]):.2f}&#160;b</small>"
                         if errors else NONE)
        lines.append("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    head = "".join(f"<th>{escape(n)}</th>" for n in ["codec"] + roles + short)
    return f'<div class="wide"><table class="roles"><thead><tr>{head}</tr></thead><tbody>' + \
        "\n".join(lines) + "</tbody></table></div>"


def figure(svg, caption):
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>" if svg else ""


def ways(model):
    """Whether calibrated, of all entries."""
    return {e["calibrated"] for e in model.entries}


def marks(model, peers, notes):
    """What the marks of a figure mean, as far as it has them."""
    said = ["Bars: one standard error."]
    if len(ways(model)) == 2:
        said.append("Filled marks, solid lines: calibrated; hollow, dashed: rounded to nearest.")
    if peers:
        said.append("Crosses: files of other engines, as given, not measured here"
                    + (f" ({escape('; '.join(notes))})." if notes else "."))
    return " ".join(said)


def commands(model):
    lines = [model.base["quantize_command"], model.base["eval_command"], ""]
    lines += [e["quantize_command"] for e in model.entries]
    if model.entries:
        lines += ["", "# after each:", model.entries[0]["eval_command"]]
    return f"<pre>{escape(chr(10).join(lines))}</pre>"


def windows_of(base, settings):
    """Those that the text had: the second half of each is scored but for its first token."""
    context = settings["context"]
    return base["eval"]["tokens"] // max(1, context - 1 - context // 2)


def model_part(model, results, peers, notes):
    base, s = model.base, results.settings
    out = [f"<h2>{escape(model.name)}</h2>",
           f"<p>{base['weights']:,} weights. Compared with: the same model in "
           f"<code>{escape(base['codec'])}</code> ({base['bytes']:,} bytes), perplexity "
           f"{cell(base['eval']['ppl'], 3, base['eval']['ppl_se'])} on "
           f"{base['eval']['tokens']:,} scored tokens, of {windows_of(base, s)} windows of "
           f"{s['context']}.</p>",
           figure(figures.against_bytes(model, peers, "kld"), marks(model, peers, notes)),
           figure(figures.against_bytes(model, peers, "ppl"),
                  "Dotted: the base. " + marks(model, [p for p in peers if p["ppl"]], notes)),
           "<h3>All files by size</h3>",
           '<p class="note">* of all files measured here that are not larger, none diverges less. '
           "Times in seconds, with whatever else the machine did.</p>",
           main_table(model, peers)]
    panels = [p for c in dict.fromkeys(e["codec"] for e in model.entries)
              if (p := figures.by_layer(model, c))]
    if panels:
        out += ["<h3>Error of the weights by layer</h3>",
                '<p class="note">Squared error over squared weights of each tensor, as '
                "<code>gosset quantize</code> reports it; every panel has its own logarithmic axis "
                f"of at least a factor of two.{CALIBRATED if len(ways(model)) == 2 else ''}</p>",
                figures.role_legend(model), f'<div class="panels">{"".join(panels)}</div>',
                "<h3>Error and bits by role</h3>",
                '<p class="note">Mean over the layers; bits per weight with everything stored.</p>',
                role_table(model)]
    out += ["<h3>Commands</h3>", commands(model)]
    return "\n".join(filter(None, out))


def text_line(text):
    return f"{escape(text['path'])}, {text['bytes']:,} bytes, SHA-256 {text['sha256']}"


def method(results, notes):
    s, models = results.settings, [m for m in results.models if m.base]
    seconds = sum(m.seconds() for m in models)
    sources = "; ".join(f"{m.path} ({m.base['source']['source_hash']})" for m in models)
    facts = [("Text", text_line(s["text"])),
             ("Calibration", text_line(s["calib"]) + (f", {s['calib_tokens']:,} tokens" if
              s["calib_tokens"] else ", tokens: the command's default") if s["calib"] else "none"),
             ("Windows", f"the first {s['windows']} of {s['context']} tokens (fewer if the text "
              "ends); the second half of each scored, as llama-perplexity does"),
             ("Base", escape(s["base"])),
             ("Models", escape(sources)),
             ("Version", f"{escape(s['version'])}, SHA-256 of the command {s['gosset_sha256']}"),
             ("Machine", f"{escape(results.data['machine']['name'])}, "
              f"{results.data['machine']['cores']} cores, tier "
              f"{escape(models[0].base['eval']['isa'])}; only the times depend on it"),
             ("Begun", escape(results.data["date"])),
             ("Time", f"{seconds:,.0f} s of quantizing and measuring")]
    facts += [("Other engines", escape(note)) for note in notes]
    items = "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in facts)
    return f"""<h2>How it was measured</h2><dl>{items}</dl>
<p class="note">Standard errors take the scored tokens as independent. Neighbours in a text are
not quite, so the true ones are somewhat larger. Those of the perplexities are mostly the spread of
the text, common to all files: files differ by far less than they suggest, and the divergence is
what tells them apart. A mean divergence over few windows compares files measured on the same ones;
it is no constant of a model.</p>"""


def html_of(results, notes, peers):
    """notes and peers are those of peers.load; a peer without a model is drawn beside all."""
    with open(os.path.join(HERE, "page.css"), encoding="ascii") as f:
        style = f.read()
    parts = [model_part(m, results, [p for p in peers if p["model"] in ("", m.name)], notes)
             for m in results.models if m.base]
    names = ", ".join(m.name for m in results.models if m.base)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Quality of {escape(names)} in Gosset's codecs</title>
<style>
{style}</style></head><body>
<h1>Quality of {escape(names)} in Gosset's codecs</h1>
{chr(10).join(parts)}
{method(results, notes)}
</body></html>
"""
