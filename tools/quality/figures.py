"""The figures of the page: divergence and perplexity against bytes, error by layer."""
import re

from markdown import plus_minus, title_of
from plot import COLORS, SHAPES, Axis, Plot, number

LAYER = re.compile(r"\.layers\.(\d+)\.(.+?)(?:\.weight)?$")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 560, 74, 770, 16, 506
PANEL = (308, 226, 52, 300, 26, 182)  # the same of a panel
PEER_COLOR = "var(--peer)"


def family_of(codec):
    """e8c4.5 -> e8c, q4 -> q."""
    return re.sub(r"\d+(?:\.\d+)?$", "", codec) or codec


def look_of(index):
    return COLORS[index % len(COLORS)], SHAPES[index % len(SHAPES)]


def families(model):
    return list(dict.fromkeys(family_of(e["codec"]) for e in model.entries))


def value_of(entry, key):
    """(value, standard error) of kld or ppl."""
    seen = entry["eval"]
    return (seen["kld_mean"], seen["kld_se"]) if key == "kld" else (seen["ppl"], seen["ppl_se"])


def draw_codecs(plot, model, key):
    for index, family in enumerate(families(model)):
        color, shape = look_of(index)
        for calibrated in (False, True):
            entries = sorted((e for e in model.entries if family_of(e["codec"]) == family
                              and e["calibrated"] == calibrated and (value_of(e, key)[0] or 0) > 0),
                             key=lambda e: e["bytes"])
            plot.line([(e["bytes"] / 1e6, value_of(e, key)[0]) for e in entries], color,
                      dashed=not calibrated)
            for e in entries:
                value, error = value_of(e, key)
                megabytes = e["bytes"] / 1e6
                plot.error(megabytes, value, error, color)
                plot.mark(megabytes, value, shape, color, calibrated,
                          f"{title_of(e)}: {megabytes:.2f} MB, {plus_minus(value, error, 4)}")
                plot.label(1 if calibrated else 2, megabytes, value, e["codec"], color)


def peer_look(index):
    return ("cross", "plus")[index % 2]


def draw_peers(plot, peers, key):
    series = list(dict.fromkeys(p["series"] for p in peers))
    for p in (p for p in peers if p[key]):
        x = p["bytes"] / 1e6
        plot.error(x, p[key], p[f"{key}_se"], PEER_COLOR)
        plot.mark(x, p[key], peer_look(series.index(p["series"])), PEER_COLOR, True,
                  f"{p['series']} {p['name']}: {x:.2f} MB, {number(p[key])}")
        plot.label(0, x, p[key], p["name"], PEER_COLOR, "peer small")


def legend_of(model, peers, key):
    both = {e["calibrated"] for e in model.entries}
    rows = [(family, look_of(i)[0], look_of(i)[1], True in both, True not in both)
            for i, family in enumerate(families(model))]
    series = list(dict.fromkeys(p["series"] for p in peers))
    drawn = {p["series"] for p in peers if p[key]}
    rows += [(s, PEER_COLOR, peer_look(i), True, None) for i, s in enumerate(series) if s in drawn]
    if len(both) == 2:
        rows += [("calibrated", "var(--ink)", "circle", True, False),
                 ("rounded to nearest", "var(--ink)", "circle", False, True)]
    return rows


def against_bytes(model, peers, key):
    """The figure of kld or ppl, or None when nothing has it."""
    ours = [(e["bytes"] / 1e6, *value_of(e, key)) for e in model.entries]
    points = [p for p in ours + [(p["bytes"] / 1e6, p[key], p[f"{key}_se"]) for p in peers]
              if (p[1] or 0) > 0]
    if not points:
        return None
    values = [v for _, v, _ in points] + [v + (se or 0) for _, v, se in points] + \
             [v - se for _, v, se in points if se and v - se > v / 3]
    if key == "ppl":
        values.append(model.base["eval"]["ppl"])
    name = {"kld": "KL divergence", "ppl": "Perplexity"}[key]
    plot = Plot(WIDTH, HEIGHT, Axis([x for x, _, _ in points], LEFT, RIGHT),
                Axis(values, BOTTOM, TOP, log=True), f"{name} of {model.name} against file size")
    plot.frame("size of the file, MB (1e6 bytes)", f"{name}, log scale (lower is better)")
    if key == "ppl":
        y = plot.y.at(model.base["eval"]["ppl"])
        plot.add(f'<path class="base" d="M{LEFT} {y:.1f}H{RIGHT}"/>')
        plot.taken.append((LEFT, y - 1, RIGHT, y + 1))
        plot.text(RIGHT + 8, y + 4, f"{model.base['codec']} {number(model.base['eval']['ppl'])}",
                  "ink small")
    draw_codecs(plot, model, key)
    draw_peers(plot, peers, key)
    plot.legend(RIGHT + 28, TOP + 14, legend_of(model, peers, key))
    return plot.svg()


def role_of(name):
    """(role, layer) of a tensor inside a layer, or None."""
    inside = LAYER.search(name)
    if not inside:
        return None
    return inside.group(2).removeprefix("self_attn.").removeprefix("mlp."), int(inside.group(1))


def roles_of(entry):
    """role -> {layer: relative squared error} of the quantized tensors in layers, and
    {name: error} of those outside (embedding, head)."""
    layers, others = {}, {}
    for name, _, _, error in entry["tensors"]:
        if error <= 0:
            continue
        inside = role_of(name)
        if inside:
            layers.setdefault(inside[0], {})[inside[1]] = error
        else:
            others[name.removesuffix(".weight")] = error
    return layers, others


def all_roles(model):
    return list(dict.fromkeys(r for e in model.entries for r in roles_of(e)[0]))


def role_legend(model):
    plot = Plot(960, 30, None, None, f"The marks of the roles of {model.name}")
    x = 8
    for i, role in enumerate(all_roles(model)):
        color, shape = look_of(i)
        plot.legend(x, 15, [(role, color, shape, True, False)])
        x += 60 + 7.4 * len(role)
    return plot.svg()


def by_layer(model, codec):
    """A panel: the error of each role from the first layer to the last; None without layers."""
    found = [(e, roles_of(e)[0]) for e in model.entries if e["codec"] == codec]
    errors = [x for _, layers in found for of_role in layers.values() for x in of_role.values()]
    if not errors:
        return None
    width, height, left, right, top, bottom = PANEL
    numbers = sorted({n for _, layers in found for of_role in layers.values() for n in of_role})
    # at least a factor of two high: noise shall not look like a finding
    middle = (min(errors) * max(errors)) ** 0.5
    plot = Plot(width, height, Axis(numbers, left, right),
                Axis(errors + [middle / 1.4, middle * 1.4], bottom, top, log=True),
                f"Relative error of {codec} by layer")
    plot.frame("layer", "", x_ticks=numbers[::-(-len(numbers) // 10)], most=6)
    plot.text(left, 17, codec, "ink strong")
    for entry, layers in found:
        for role, of_layer in layers.items():
            color, shape = look_of(all_roles(model).index(role))
            plot.line(sorted(of_layer.items()), color, dashed=not entry["calibrated"])
            for n, error in sorted(of_layer.items()):
                plot.mark(n, error, shape, color, entry["calibrated"],
                          f"{title_of(entry)}, {role} of layer {n}: {error:.3g}")
    return plot.svg()
