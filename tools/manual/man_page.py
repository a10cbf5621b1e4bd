"""gosset(1) in man's language, from what read_help.py read."""
ENVIRONMENT = """\
.TP
.B GOSSET_ISA
Forces a tier of kernels, one of those that
.B gosset cpu
lists. A name that is unknown or that this processor cannot run is an error.
"""
STATUS = """\
0 for good, 1 for a failure, 2 for wrong usage. Results go to standard output, logs and errors to
standard error.
"""


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def entry(e):
    names = ", ".join(f"\\fB{escaped(n)}\\fR" for n in e.names)
    value = f" \\fI{'|'.join(e.choices) or e.value.lower()}\\fR" if e.value else ""
    if not e.names[0].startswith("-"):
        names, value = f"\\fI{e.names[0].upper()}\\fR", ""
    required = " Required." if e.required else ""
    text = escaped(e.text) + ("." if e.text and not e.text.endswith(".") else "")
    return f".TP\n{names}{value}\n{(text + required).strip() or escaped('(no more to say)')}\n"


def synopsis(verb):
    words = [f"\\fB{escaped(e.names[0])}\\fR \\fI{e.value.lower()}\\fR"
             if e.names[0].startswith("-") else f"\\fI{e.names[0].upper()}\\fR"
             for e in verb.entries if e.required]
    return f".B gosset {verb.name}\n{' '.join(words + ['[options]'])}\n.br\n"


def section(verb):
    out = f".SS gosset {verb.name}\n{escaped(verb.purpose.rstrip('.'))}.\n"
    out += "".join(entry(e) for e in verb.entries if "-h" not in e.names)
    if verb.example:
        out += ".PP\n.nf\n" + "\n".join(escaped(line) for line in verb.example) + "\n.fi\n"
    return out


def man_page(version, verbs):
    return (f'.TH GOSSET 1 "" "gosset {version}" "User Commands"\n'
            ".\\\" Made by tools/manual/make.py from the command's help.\n"
            ".SH NAME\ngosset \\- large language models on CPUs from lattice codes\n"
            ".SH SYNOPSIS\n" + "".join(synopsis(v) for v in verbs)
            + ".SH VERBS\n" + "".join(section(v) for v in verbs)
            + ".SH EXIT STATUS\n" + STATUS + ".SH ENVIRONMENT\n" + ENVIRONMENT)
