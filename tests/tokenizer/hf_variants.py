"""Small tokenizers of every pipeline that the importer knows, as tokenizer.json objects: two models
trained by the Hugging Face library (bytes and characters), and for each variant the steps around
them and added tokens with every flag. For make_golden.py and compare_with_hf.py."""
import json

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

S = R"\s*[\r\n]+|\s+(?!\S)|\s+"
ENDING = R"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
OTHER = R" ?[^\s\p{L}\p{N}]+[\r\n]*|"
UPPER, LOWER = R"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", R"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PREFIX = R"[^\r\n\p{L}\p{N}]?"


def cased(ending, digits):
    return (f"{PREFIX}{UPPER}*{LOWER}+{ending}|{PREFIX}{UPPER}+{LOWER}*{ending}|{digits}"
            + R"| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + S)


REGEXES = {
    "gpt2_split": [R"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"],
    "llama3": [ENDING + "|" + PREFIX + R"\p{L}+|\p{N}{1,3}|" + OTHER + S],
    "qwen2": [ENDING + "|" + PREFIX + R"\p{L}+|\p{N}|" + OTHER + S],
    "llama3_possessive": [R"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*"
                          R"|\s*[\r\n]|\s+(?!\S)|\s+"],
    "qwen2_possessive": [R"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*"
                         R"|\s*[\r\n]|\s+(?!\S)|\s+"],
    "qwen35": [ENDING + "|" + PREFIX + R"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + S],
    "tekken": [cased("", R"\p{N}")],
    "o200k": [cased(ENDING + "?", R"\p{N}{1,3}")],
    "deepseek3": [R"\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
                  R"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^""" + "\r\n"
                  + R"""\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[""" + "\r\n]*|"
                  + S.replace("\\r\\n", "\r\n")],
}
META = "\u2581"


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def splits(regexes, behavior="Isolated", invert=False):
    steps = [{"type": "Split", "pattern": {"Regex": r}, "behavior": behavior, "invert": invert} for r in regexes]
    return {"type": "Sequence", "pretokenizers": steps + [byte_level(regex=False)]}


def replace(pattern, content):
    return {"type": "Replace", "pattern": {"String": pattern}, "content": content}


def sequence(key, *steps):
    return {"type": "Sequence", key: list(steps)}


def metaspace(scheme, split=False):
    return {"type": "Metaspace", "replacement": META, "prepend_scheme": scheme, "split": split}


STRIP = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
BYTES, FUSE = {"type": "ByteFallback"}, {"type": "Fuse"}
PREPEND = {"type": "Prepend", "prepend": META}
LLAMA_NORMALIZER = sequence("normalizers", PREPEND, replace(" ", META))
LLAMA_DECODER = sequence("decoders", replace(META, " "), BYTES, FUSE, STRIP)
GEMMA_DECODER = sequence("decoders", replace(META, " "), BYTES, FUSE)


def train(text, characters):
    if characters:
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
        text = [META + t.replace(" ", META) for t in text]
        alphabet = [chr(c) for c in range(0x21, 0x7f)] + [META, "\u00e9", "\u4e2d"]
        size = 850
    else:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        special, alphabet, size = ["<|end|>"], pre_tokenizers.ByteLevel.alphabet(), 700
    tokenizer.train_from_iterator(text, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False,
        limit_alphabet=400, max_token_length=12))
    model = json.loads(tokenizer.to_str())["model"]
    model["merges"] = [" ".join(m) if isinstance(m, list) else m for m in model["merges"]]
    return model


def added(first, *tokens):
    """Added tokens with ids from `first` on: (content, flags), flags of "snlrw": special,
    normalized, lstrip, rstrip, single word."""
    return [{"id": first + i, "content": content, "single_word": "w" in flags, "lstrip": "l" in flags,
             "rstrip": "r" in flags, "normalized": "n" in flags, "special": "s" in flags}
            for i, (content, flags) in enumerate(tokens)]


PLAIN = [("<|start|>", "s"), ("<tool>", ""), ("  ", ""), ("<|start|>>", "")]
FLAGS = [("<l>", "sl"), ("<r>", "sr"), ("<b>", "lr"), ("<w>", "sw"), ("word", "w"), ("<all>", "slrw"),
         ("<n>", "sn"), ("na\u00efve", "n"), ("e\u0301x", "n"), ("<n", "n"), ("<nl>", "nlr"), ("\n \n", "")]


def model_of(base, **changes):
    return {**base, **changes}


def variants(text):
    """name -> tokenizer.json object, around models trained on the texts."""
    return variants_of(train(text, False), train(text, True))


def variants_of(by, ch):
    """The same around a model of bytes and one of characters."""
    n, m = len(by["vocab"]), len(ch["vocab"])
    end = added(0, ("<|end|>", "s"))
    llama = added(0, ("<unk>", "s"), ("<s>", "s"), ("</s>", "s"))
    template = {"type": "TemplateProcessing", "single": [
        {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [], "special_tokens": {
            t: {"id": t, "ids": [i], "tokens": [t]} for i, t in ((1, "<s>"), (2, "</s>"))}}
    out = {}

    def bytes_(name, pre, tokens=PLAIN, normalizer=None, **changes):
        out[name] = {"normalizer": normalizer, "pre_tokenizer": pre, "post_processor": byte_level(),
                     "decoder": byte_level(), "model": model_of(by, **changes),
                     "added_tokens": end + added(n, *tokens)}

    def characters(name, normalizer, pre, decoder, tokens=PLAIN, **changes):
        out[name] = {"normalizer": normalizer, "pre_tokenizer": pre, "post_processor": template,
                     "decoder": decoder, "model": model_of(ch, **changes),
                     "added_tokens": llama + added(m, *tokens)}

    bytes_("gpt2", byte_level())
    bytes_("gpt2_prefix", byte_level(prefix=True))
    bytes_("gpt2_flags", byte_level(), FLAGS)
    bytes_("neox_nfc_flags", byte_level(), FLAGS, {"type": "NFC"})
    digits = {"type": "Digits", "individual_digits": True}
    bytes_("smollm", sequence("pretokenizers", digits, byte_level()))
    for name, regexes in REGEXES.items():
        bytes_(name, splits(regexes), normalizer={"type": "NFC"} if "qwen" in name else None,
               ignore_merges=name in ("llama3", "tekken"))
    bytes_("llama3_removed", splits(REGEXES["llama3"], "Removed", True))
    characters("llama2", LLAMA_NORMALIZER, None, LLAMA_DECODER)
    characters("llama2_flags", LLAMA_NORMALIZER, None, LLAMA_DECODER, FLAGS)
    characters("gemma", replace(" ", META), {"type": "Split", "pattern": {"String": " "},
                                            "behavior": "MergedWithPrevious", "invert": False}, GEMMA_DECODER)
    characters("gemma_flags", replace(" ", META), None, GEMMA_DECODER, FLAGS)
    characters("mistral", None, metaspace("first"), LLAMA_DECODER)
    characters("mistral_flags", None, metaspace("first"), LLAMA_DECODER, FLAGS)
    for scheme in ("always", "never", "first"):
        characters(f"metaspace_{scheme}", None, metaspace(scheme), metaspace(scheme), byte_fallback=False)
    characters("metaspace_split", None, metaspace("always", True), sequence("decoders", BYTES, metaspace("always")))
    characters("metaspace_first_split", None, metaspace("first", True),
               sequence("decoders", BYTES, metaspace("first", True), FUSE), FLAGS)
    characters("unknown_fused", LLAMA_NORMALIZER, None, LLAMA_DECODER, byte_fallback=False)
    characters("unknown_single", LLAMA_NORMALIZER, None, LLAMA_DECODER, byte_fallback=False, fuse_unk=False)
    repeated = by["merges"] + by["merges"][:40][::-1]
    bytes_("repeated_merges", byte_level(), merges=repeated)
    return out
