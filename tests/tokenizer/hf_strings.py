"""Random and adversarial strings for compare_with_hf.py and make_golden.py: the same seed gives the
same strings. Relies on nothing but the standard library."""
import random
import unicodedata

SCRIPTS = [  # (first, last) code points
    (0x61, 0x7a), (0x41, 0x5a), (0x30, 0x39), (0x21, 0x7e), (0xc0, 0x17f), (0x180, 0x24f),
    (0x250, 0x2ff), (0x300, 0x36f), (0x370, 0x3ff), (0x400, 0x4ff), (0x530, 0x58f),
    (0x5b0, 0x5ea), (0x610, 0x6ff), (0x900, 0x97f), (0x980, 0x9ff), (0xb80, 0xbff),
    (0xe00, 0xe5b), (0xf00, 0xfda), (0x1000, 0x109f), (0x10a0, 0x10ff), (0x1100, 0x11ff),
    (0x1200, 0x137f), (0x1780, 0x17f9), (0x1e00, 0x1eff), (0x1f00, 0x1fff), (0x2000, 0x206f),
    (0x2070, 0x209f), (0x20a0, 0x20ff), (0x2100, 0x218b), (0x2190, 0x23ff), (0x2460, 0x24ff),
    (0x2500, 0x27bf), (0x3000, 0x30ff), (0x3130, 0x318f), (0x3200, 0x33ff), (0x4e00, 0x9fff),
    (0xac00, 0xd7a3), (0xe000, 0xe0ff), (0xf900, 0xfaff), (0xfb00, 0xfb4f), (0xfe00, 0xfe2f),
    (0xff00, 0xffef), (0xfff0, 0xffff), (0x10100, 0x101ff), (0x10330, 0x1034a),
    (0x1d15e, 0x1d164), (0x1d400, 0x1d7ff), (0x1e030, 0x1e06d), (0x1f1e6, 0x1f1ff),
    (0x1f300, 0x1f64f), (0x1f900, 0x1f9ff), (0x20000, 0x2a6df), (0x2f800, 0x2fa1d),
    (0x30000, 0x323af), (0xe0001, 0xe007f), (0xe0100, 0xe01ef), (0xf0000, 0xf00ff),
    (0x10fff0, 0x10ffff), (0, 0x1f), (0x7f, 0x9f), (0, 0x10ffff),
]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r", "\r\n", "\n\n", "\r\r\n", " \n", "\n ", "\t\n", "\v", "\f",
          "\x1c", "\x1f", "\x85", "\xa0", "\u1680", "\u180e", "\u2000", "\u2003", "\u2007", "\u2009",
          "\u200a", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff"]
DIGITS = ["0", "7", "12", "123", "1234", "3.14", "1,000", "0x7F", "\u0665\u0666", "\u096a", "\u0be7",
          "\u0e53", "\u00b2", "\u00bd", "\u2168", "\u2460", "\u3007", "\u3021", "\uff15", "\U0001d7d8",
          "\U00010107", "\u4e09", "\U00011de3", "\U00016ff4", "\U0001e4f2", "\U000116d5"]
APOSTROPHES = ["'", "'", "'", "\u2019", "\u02bc", "`", "\uff07", "''"]
ENDINGS = ["s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "Ve", "vE", "M", "LL", "lL", "D", "\u017f",
           "\u212a", "l", "r", "v", "st", "\ufb06", "\u00df", "\u1e9e", "\u0345", "\u0131", "l\u017f", "x"]
MARKS = ["\u0301", "\u0300", "\u0327", "\u0323", "\u0345", "\u034f", "\u05b0", "\u064b", "\u0651", "\u093c",
         "\u094d", "\u09be", "\u0bd7", "\u0e33", "\u0f71", "\u0f72", "\u1039", "\u200c", "\u200d", "\u20dd",
         "\u302a", "\u3099", "\ufe0e", "\ufe0f", "\ufe20", "\U0001d165", "\U0001f3fd", "\u1abf", "\u0898",
         "\U00011930", "\U0001e130", "\u1161", "\u11a8", "\u11a7"]
EMOJI = ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\U0001f3f3\ufe0f\u200d\U0001f308",
         "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f44d\U0001f3fd", "\U0001f3f4\U000e0067\U000e0062\U000e007f",
         "\U0001f600", "\U0001f9d1\u200d\U0001f680", "\u2600", "\u00a9"]
ODD = ["\ufffd", "\ufffd\ufffd", "\ufffe", "\uffff", "\U0001fffe", "\x00", "\x7f", "\ufdd0", "\u0378", "\u2581",
       "\u2581\u2581", "\u2581a", "\u0120", "\u010a", "\u00e9", "<0x41>", "<0x0A>", "<0xFF>", "<unk>", "\u212b",
       "\u0958", "\u0344", "\u1e9b\u0323", "\ufb03", "\u1112\u1161\u11ab", "\ud55c", "\u0f73", "\u2126",
       "\U000105c9", "\U000105d2\u0307", "\U00011935\U00011930", "\U00016121", "\ua7f1", "\u1c89", "\u0130"]
WORDS = ("the of and to in is that it was for on are as with his they at be this from have or by one had not "
         "but what all were when we there can an your which their said if do will each about how up out them "
         "then she many some so these would other into has more her two like him see time could no make than "
         "first been its who now people my made over did down only way find use may water long little very "
         "Hello World OpenAI JavaScript README HTTP2 iPhone12 e-mail don't I'm we'll they've you're it's cafe\u0301 "
         "na\u00efve Stra\u00dfe \u00fcber \u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u4f60\u597d "
         "\u4e16\u754c \u65e5\u672c\u8a9e \u3053\u3093\u306b\u3061\u306f \ud55c\uad6d\uc5b4 \u0645\u0631\u062d\u0628\u0627 "
         "\u05e9\u05dc\u05d5\u05dd \u0928\u092e\u0938\u094d\u0924\u0947 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 "
         "\u03b1\u03b2\u03b3 Ti\u1ebfng Vi\u1ec7t").split()
CODE = ["def f(x):\n    return x ** 2\n", "for (int i = 0; i < n; ++i) {\n\t\tsum += a[i];\r\n\t}\n",
        "if (a && b || !c) { ... }", "#include <stdio.h>", "x->y[0] != 0x7F;", "// NOTE(me): fix\n", "/* c */",
        "SELECT * FROM t WHERE id='1';--", "<div class=\"a\">&nbsp;</div>", "https://a.example/b?c=d&e=%20#f",
        "{\"k\": [1, 2.5e-3, null]}", "```python\nprint('hi')\n```\n", "# Title\n\n* item\n  - sub\n",
        "| a | b |\n|---|:-:|\n", "$\\frac{a}{b}$", "a_b_c camelCase PascalCase SNAKE_CASE", "\\n\\t\\\\", "foo/bar/baz",
        "!!!???...", "------", "========", "....", "((((", "*****", "@user #tag", "C:\\dir\\file.txt", "a\u00a0b"]


def character(rng):
    while True:
        first, last = rng.choice(SCRIPTS)
        cp = rng.randint(first, last)
        if not 0xd800 <= cp < 0xe000:
            return chr(cp)


def run(rng):
    """A few characters of one script."""
    first, last = rng.choice(SCRIPTS)
    cps = [rng.randint(first, last) for _ in range(rng.randint(1, 6))]
    return "".join(chr(cp) for cp in cps if not 0xd800 <= cp < 0xe000)


def marked(rng):
    s = character(rng) + "".join(rng.choice(MARKS) for _ in range(rng.randint(1, 4)))
    return unicodedata.normalize(rng.choice(["NFC", "NFD", "NFKC", "NFKD"]), s) if rng.random() < .5 else s


def repeated(rng):
    s = rng.choice([character, lambda r: r.choice(SPACES), lambda r: r.choice(WORDS), marked])(rng)
    return s * rng.choice([2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40])


def spelled(rng, tokens):
    """An added token, whole, cut, doubled or with something in the middle."""
    t = rng.choice(tokens)
    kind = rng.randrange(8)
    if kind == 0 and len(t) > 1:
        return t[:rng.randrange(1, len(t))]
    if kind == 1 and len(t) > 1:
        return t[rng.randrange(1, len(t)):]
    if kind == 2:
        at = rng.randrange(len(t) + 1)
        return t[:at] + rng.choice(tokens + SPACES) + t[at:]
    if kind == 3:
        return t + rng.choice(tokens)
    if kind == 4:
        return rng.choice(SPACES) + t + rng.choice(SPACES)
    if kind == 5:
        return rng.choice("a_1-\u00e9\u0301\u200d") + t + rng.choice(["a", "_", "1", "-", "\u00e9", "\u0301", "\u2160"])
    return t


def from_vocabulary(rng, pieces):
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 4)))


def string(rng, tokens, pieces):
    """One string: `tokens` are spelled in it (a few kinds of strings have none), `pieces` joined."""
    kinds = [(6, lambda r: r.choice(WORDS)), (6, lambda r: " " + r.choice(WORDS)),
             (3, character), (3, run), (2, marked), (3, lambda r: r.choice(SPACES)),
             (1, lambda r: "".join(r.choice(SPACES) for _ in range(r.randint(2, 6)))),
             (2, lambda r: r.choice(DIGITS)), (1, lambda r: "".join(r.choice(DIGITS) for _ in range(4))),
             (2, lambda r: r.choice(WORDS) + r.choice(APOSTROPHES) + r.choice(ENDINGS)),
             (1, lambda r: r.choice(APOSTROPHES) + r.choice(ENDINGS)),
             (1, lambda r: r.choice(EMOJI)), (1, lambda r: r.choice(ODD)), (2, lambda r: r.choice(CODE)),
             (1, lambda r: r.choice("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") * r.randint(1, 3))]
    if rng.random() < .15:
        kinds.append((4, repeated))
    if tokens and rng.random() < .4:
        kinds.append((10, lambda r: spelled(r, tokens)))
    if pieces and rng.random() < .4:
        kinds.append((10, lambda r: from_vocabulary(r, pieces)))
    weights = [w for w, _ in kinds]
    n = rng.choice([1, 1, 2, 2, 3, 4, 6, 10, 20])
    return "".join(k(rng) for _, k in rng.choices(kinds, weights, k=n))


def strings(seed, count, tokens=(), pieces=()):
    rng = random.Random(seed)
    tokens, pieces = list(tokens), list(pieces)
    for _ in range(count):
        yield string(rng, tokens, pieces)


def every_code_point(step=1):
    """Each code point alone, beside a letter, a digit, a space, an apostrophe and a mark."""
    for cp in range(0, 0x110000, step):
        if 0xd800 <= cp < 0xe000:
            continue
        c = chr(cp)
        yield f"{c}"
        yield f"a{c}B{c}1{c} {c}\n{c}!{c}'{c}'l{c}\u0327\u0301"


def long_ones():
    """Words and runs far beyond what people write: the answer must be right and come at once."""
    n = 100000
    return ["a" * n, "ab" * (n // 2), " " * n, "\n" * n, "\u00e9" * n, "\u4e2d" * n, "1" * n, "!" * n,
            "a\u0301" * (n // 2), "e" + "\u0301\u0327" * (n // 2), "'s" * (n // 2), " a" * (n // 2),
            "\u0f71\u0f72" * (n // 2), "\U0001f600" * (n // 4), "x" + " " * n + "y", "\t \n" * (n // 3), "<" * n]
