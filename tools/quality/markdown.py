"""The results as a markdown table a model."""


def title_of(entry):
    return entry["codec"] + (" --calib" if entry["calibrated"] else "")


def plus_minus(value, error, digits):
    if value is None:
        return "-"
    return f"{value:.{digits}f}" + (f" +- {error:.{digits}f}" if error is not None else "")


def table(model):
    lines = [f"**{model.name}**", "",
             "| codec | bits/weight, all tensors | file, MB | perplexity | KL divergence |",
             "|---|---:|---:|---:|---:|"]
    for entry in [model.base, *model.entries]:
        seen = entry["eval"]
        lines.append(f"| `{title_of(entry)}` | {entry['bpw']:.3f} | {entry['bytes'] / 1e6:.2f} | "
                     f"{plus_minus(seen['ppl'], seen['ppl_se'], 3)} | "
                     f"{plus_minus(seen['kld_mean'], seen['kld_se'], 4)} |")
    return "\n".join(lines) + "\n"


def tables(results):
    return "\n".join(table(m) for m in results.models if m.base)
