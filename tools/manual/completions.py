"""Completions of the command for bash, zsh and fish, from what read_help.py read."""
MADE = "# Made by tools/manual/make.py from the command's help.\n"


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def options(verb):
    return [e for e in verb.entries if e.names[0].startswith("-")]


def bash(verbs):
    out = ("# bash completion of gosset\n" + MADE
           + "_gosset() {\n"
           + "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
           + "    COMPREPLY=()\n"
           + "    if ((COMP_CWORD == 1)); then\n"
           + f"        COMPREPLY=($(compgen -W \"{' '.join(v.name for v in verbs)} --help --version\" "
           + "-- \"$word\"))\n"
           + "        return\n"
           + "    fi\n"
           + "    case ${COMP_WORDS[1]},$before in\n")
    for verb in verbs:
        for e in options(verb):
            if e.choices:
                cases = " | ".join(f"{verb.name},{n}" for n in e.names)
                out += f"        {cases}) words=\"{' '.join(e.choices)}\" ;;\n"
    out += "    esac\n    if [[ -z $words && $word == -* ]]; then\n        case ${COMP_WORDS[1]} in\n"
    for verb in verbs:
        names = " ".join(n for e in options(verb) for n in e.names)
        out += f"            {verb.name}) words=\"{names}\" ;;\n"
    return out + ("        esac\n    fi\n"
                  "    if [[ -n $words ]]; then\n"
                  "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                  "    else\n"
                  "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
                  "    fi\n"
                  "}\n"
                  "complete -o filenames -o bashdefault -F _gosset gosset\n")


def zsh_text(text):
    return "".join("\\" + c if c in "[]:\\" else c for c in text)


def zsh_option(e):
    value = ""
    if e.value:
        what = f"({' '.join(e.choices)})" if e.choices else "_files" if e.value == "TEXT" else ""
        value = f":{e.value.lower()}:{what}"
    others = f"({' '.join(e.names)})" if len(e.names) > 1 else ""
    return [quoted(f"{others}{n}[{zsh_text(e.text)}]{value}") for n in e.names]


def zsh(verbs):
    out = "#compdef gosset\n" + MADE + "_gosset() {\n    local -a verbs=(\n"
    for verb in verbs:
        out += f"        {quoted(verb.name + ':' + verb.summary)}\n"
    out += ("    )\n"
            "    if ((CURRENT == 2)); then\n"
            "        _describe verb verbs\n"
            "        return\n"
            "    fi\n"
            "    local verb=$words[2]\n"
            "    shift words\n"
            "    ((CURRENT--))\n"
            "    case $verb in\n")
    for verb in verbs:
        specs = [s for e in options(verb) for s in zsh_option(e)]
        lines = " \\\n                ".join(specs + [quoted("*:file:_files")])
        out += f"        {verb.name})\n            _arguments \\\n                {lines} ;;\n"
    return out + "    esac\n}\n_gosset \"$@\"\n"


def fish(verbs):
    out = ("# fish completion of gosset\n" + MADE
           + "complete -c gosset -n __fish_use_subcommand -f\n")
    for verb in verbs:
        out += (f"complete -c gosset -n __fish_use_subcommand -a {verb.name} "
                f"-d {quoted(verb.summary)}\n")
        for e in options(verb):
            words = [f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in e.names]
            if e.choices:
                words.append(f"-x -a {quoted(' '.join(e.choices))}")
            elif e.value:
                words.append("-r")
            out += (f"complete -c gosset -n '__fish_seen_subcommand_from {verb.name}' "
                    f"{' '.join(words)} -d {quoted(e.text)}\n")
    return out
