#!/usr/bin/env python3
"""Writes golden/*.json: what other implementations say of one tiny model of every family.

    pip install torch transformers gguf numpy; python3 generate.py [CASE...]

A file holds a configuration as people write it ("config") and as transformers saves it ("saved"),
the tensors with their shapes, tokens, and the logits that transformers computes in double; and, for
the families that GGUF has, the names (of the gguf package), keys and changes of its layout. Weights
are not stored: weight() here and tests/families/checkpoint.cpp compute the same numbers.
"""
import copy
import json
import math
import pathlib
import sys

import gguf
import numpy as np
import torch
import transformers

FOLDER = pathlib.Path(__file__).parent / "golden"
VOCAB = 64
BASE = {"hidden_size": 48, "intermediate_size": 80, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 16, "vocab_size": VOCAB,
        "max_position_embeddings": 1024, "rms_norm_eps": 1e-5, "bos_token_id": 1, "eos_token_id": 2}
LONGROPE = {"type": "longrope", "short_factor": [1.0, 1.05, 1.1, 1.3, 1.7, 2.0],
            "long_factor": [1.0, 1.2, 1.9, 3.1, 4.7, 8.0]}


def case(architecture, layers, keys, n=40, positions=(0, 1, 7, 8, 22, 39), without=()):
    config = {"architectures": [architecture], **BASE, "num_hidden_layers": layers, **keys}
    return {k: v for k, v in config.items() if k not in without}, n, positions


# Windows are shorter than the prompts, norms are not 1, biases not 0, and rope scaling works on the
# frequencies that these few positions see.
CASES = {
    "llama": case("LlamaForCausalLM", 2, {
        "attention_bias": True, "mlp_bias": True, "rope_theta": 10000.0,
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 32}}),
    "llama_linear": case("LlamaForCausalLM", 2, {
        "tie_word_embeddings": True, "rope_scaling": {"type": "linear", "factor": 4.0}}),
    "llama_yarn": case("LlamaForCausalLM", 2, {
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0,
                         "original_max_position_embeddings": 256}}),
    "mistral": case("MistralForCausalLM", 3, {"sliding_window": 8, "rope_theta": 1e4}),
    "mistral_chunks": case("MistralForCausalLM", 2, {"sliding_window": 300}, 600,
                           (255, 299, 300, 511, 556, 599)),
    "qwen2": case("Qwen2ForCausalLM", 3, {
        "use_sliding_window": True, "sliding_window": 8, "max_window_layers": 1,
        "rope_theta": 1e6, "tie_word_embeddings": True, "hidden_size": 64}, without=["head_dim"]),
    "qwen2_full": case("Qwen2ForCausalLM", 2, {
        "use_sliding_window": False, "sliding_window": 8, "max_window_layers": 1,
        "hidden_size": 64}, without=["head_dim"]),
    "qwen3": case("Qwen3ForCausalLM", 2, {"rope_theta": 1e6, "attention_bias": False}),
    "qwen3_bias": case("Qwen3ForCausalLM", 2, {"rope_theta": 1e6, "attention_bias": True}),
    "gemma": case("GemmaForCausalLM", 2, {"hidden_act": "gelu", "num_key_value_heads": 1}),
    "gemma2": case("Gemma2ForCausalLM", 4, {
        "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 8,
        "query_pre_attn_scalar": 16, "attn_logit_softcapping": 5.0,
        "final_logit_softcapping": 3.0}),
    "gemma3": case("Gemma3ForCausalLM", 7, {
        "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 8, "query_pre_attn_scalar": 16,
        "rope_theta": 1e6, "rope_local_base_freq": 1e4,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0}}),
    "gemma3_pattern": case("Gemma3ForCausalLM", 4, {
        "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 8, "query_pre_attn_scalar": 10,
        "sliding_window_pattern": 3, "rope_local_base_freq": 500.0, "final_logit_softcapping": 2.0,
        "tie_word_embeddings": False}),
    "phi3": case("Phi3ForCausalLM", 3, {"sliding_window": 8, "hidden_size": 64, "pad_token_id": 0},
                 without=["head_dim"]),
    "phi3_long": case("Phi3ForCausalLM", 2, {
        "hidden_size": 64, "pad_token_id": 0, "max_position_embeddings": 128,
        "original_max_position_embeddings": 32, "partial_rotary_factor": 0.75,
        "rope_scaling": LONGROPE}, without=["head_dim"]),
    "phi3_short": case("Phi3ForCausalLM", 2, {
        "hidden_size": 64, "pad_token_id": 0, "max_position_embeddings": 128,
        "original_max_position_embeddings": 32, "partial_rotary_factor": 0.75,
        "rope_scaling": LONGROPE}, 24, (0, 1, 8, 23), without=["head_dim"]),
}


def uniform(name, count):
    """Element i of a tensor in [-1, 1): 16 bits of splitmix64 of i, begun at FNV-1a of the name."""
    h = 0xcbf29ce484222325
    for c in name.encode():
        h = (h ^ c) * 0x100000001b3 % 2 ** 64
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9e3779b97f4a7c15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(48)).astype(np.float64) - 32768) / 32768


def weight(name, shape, offset):
    """Norms around 1 - offset, biases and embeddings within 1/4, matrices that keep the size of what
    they multiply, queries and keys four times that: all exact in float."""
    u = uniform(name, math.prod(shape)).reshape(shape)
    if name.endswith("norm.weight"):
        return 1.0 - offset + u / 2
    if name.endswith(".bias") or "embed_tokens" in name:
        return u / 4
    sharp = any(part in name for part in ("q_proj", "k_proj", "qkv_proj"))
    return u * 2.0 ** (round(math.log2(math.sqrt(3 / shape[1]))) + 2 * sharp)


def tokens_of(name, n):
    return [int(t) for t in (uniform("tokens of " + name, n) + 1) * VOCAB / 2]


def build(config):
    kind = getattr(transformers, config["architectures"][0])
    keys = copy.deepcopy({k: v for k, v in config.items() if k != "architectures"})
    model = kind(kind.config_class(**keys, attn_implementation="eager"))
    offset = 1.0 if "Gemma" in config["architectures"][0] else 0.0
    tied = model.config.tie_word_embeddings
    state = {k: v for k, v in model.state_dict().items() if not (tied and k == "lm_head.weight")}
    values = {k: torch.tensor(weight(k, tuple(v.shape), offset)) for k, v in state.items()}
    missing, unknown = model.double().load_state_dict(values, strict=False)
    assert not unknown and set(missing) <= {"lm_head.weight"}, (missing, unknown)
    return model.eval(), values


def with_hash(name):
    parts = name.split(".")
    return ".".join("#" if p.isdigit() else p for p in parts)


def gguf_keys(arch, config, saved):
    """As llama.cpp's conversion writes them."""
    layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
    head_dim = config.get("head_dim", config["hidden_size"] // heads)
    K, keys = gguf.Keys, {"general.architecture": arch}
    put = lambda key, value: keys.__setitem__(key.format(arch=arch), value)
    put(K.LLM.CONTEXT_LENGTH, config["max_position_embeddings"])
    put(K.LLM.EMBEDDING_LENGTH, config["hidden_size"])
    put(K.LLM.BLOCK_COUNT, layers)
    put(K.LLM.FEED_FORWARD_LENGTH, config["intermediate_size"])
    put(K.Attention.HEAD_COUNT, heads)
    put(K.Attention.HEAD_COUNT_KV, config["num_key_value_heads"])
    put(K.Attention.LAYERNORM_RMS_EPS, config["rms_norm_eps"])
    if "head_dim" in config:
        put(K.Attention.KEY_LENGTH, head_dim)
        put(K.Attention.VALUE_LENGTH, head_dim)
    rope = saved["rope_parameters"]
    rope = rope.get("full_attention", rope)
    if arch != "gemma" and arch != "gemma2":
        put(K.Rope.FREQ_BASE, float(rope["rope_theta"]))
    if arch == "llama":
        put(K.LLM.VOCAB_SIZE, VOCAB)
        put(K.Rope.DIMENSION_COUNT, head_dim)
    if rope["rope_type"] in ("linear", "yarn"):
        put(K.Rope.SCALING_TYPE, rope["rope_type"])
        put(K.Rope.SCALING_FACTOR, float(rope["factor"]))
    if rope["rope_type"] == "yarn":
        put(K.Rope.SCALING_ORIG_CTX_LEN, rope["original_max_position_embeddings"])
    if arch in ("gemma2", "gemma3"):
        put(K.Attention.SLIDING_WINDOW, config["sliding_window"])
    if arch == "gemma2":
        put(K.LLM.ATTN_LOGIT_SOFTCAPPING, config["attn_logit_softcapping"])
    if arch.startswith("gemma") and "final_logit_softcapping" in config:
        put(K.LLM.FINAL_LOGIT_SOFTCAPPING, config["final_logit_softcapping"])
    if arch == "gemma3":
        put(K.Rope.FREQ_BASE_SWA, float(config["rope_local_base_freq"]))
    if arch == "phi3":
        part = rope.get("partial_rotary_factor", 1.0)
        put(K.Rope.DIMENSION_COUNT, int(part * config["hidden_size"]) // heads)
        put(K.Attention.SLIDING_WINDOW, config.get("sliding_window", 0))
        original = rope.get("original_max_position_embeddings", 4096)
        put(K.Rope.SCALING_ORIG_CTX_LEN, original)
        scale = config["max_position_embeddings"] / original
        if "long_factor" in rope:
            factor = math.sqrt(1 + math.log(scale) / math.log(original)) if scale > 1 else 1.0
            put(K.Rope.SCALING_ATTN_FACTOR, factor)
    return keys


def gguf_extra(config, saved):
    """Tensors of the rotation, which are no weights of the model."""
    rope = saved["rope_parameters"]
    if rope.get("rope_type") == "longrope":
        return {"rope_factors_long.weight": rope["long_factor"],
                "rope_factors_short.weight": rope["short_factor"]}
    if rope.get("rope_type") != "llama3":
        return {}
    factors, n = [], config["head_dim"]
    for i in range(0, n, 2):
        turns = rope["original_max_position_embeddings"] / (
            2 * math.pi * rope["rope_theta"] ** (i / n))
        low, high, factor = (rope[k] for k in ("low_freq_factor", "high_freq_factor", "factor"))
        smooth = min(max((turns - low) / (high - low), 0), 1)
        factors.append(1 / ((1 - smooth) / factor + smooth))
    return {"rope_freqs.weight": factors}


def gguf_part(config, saved, shapes):
    """None where GGUF cannot say what the model computes."""
    kind = config["architectures"][0]
    arch = {"MistralForCausalLM": "llama"}.get(kind, kind[:-len("ForCausalLM")].lower())
    if kind == "MistralForCausalLM" or config.get("use_sliding_window"):
        return None  # no key for the window
    if config.get("query_pre_attn_scalar", 16) != 16 or config.get("sliding_window_pattern"):
        return None  # no key for the scale; the pattern has none that llama.cpp's conversion writes
    number = next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == arch)
    names = gguf.get_tensor_name_map(number, config["num_hidden_layers"])
    tensors = {}
    for name in shapes:
        stem, suffix = name.replace("#", "0").rsplit(".", 1)
        change = ""
        if arch == "llama" and ("q_proj" in name or "k_proj" in name):
            change = "interleave"
        if arch.startswith("gemma") and name.endswith("norm.weight"):
            change = "plus one"
        tensors[name] = [with_hash(names.get_name(stem)) + "." + suffix, change]
    return {"keys": gguf_keys(arch, config, saved), "tensors": tensors,
            "extra": gguf_extra(config, saved)}


def golden(name):
    config, n, positions = CASES[name]
    model, values = build(config)
    tokens = tokens_of(name, n)
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].numpy()
    saved = json.loads(model.config.to_json_string(use_diff=False))
    drop = ("transformers_version", "id2label", "label2id", "_name_or_path")
    saved = {k: v for k, v in saved.items() if k not in drop and v is not None}
    saved["architectures"] = config["architectures"]
    shapes = {with_hash(k): list(v.shape) for k, v in values.items()}
    return {"config": config, "saved": saved, "tensors": shapes,
            "gguf": gguf_part(config, saved, shapes), "tokens": tokens,
            "positions": list(positions),
            "logits": [[float(f"{x:.7g}") for x in logits[p]] for p in positions]}, model


def main():
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CASES:
        case_, _ = golden(name)
        lines = [f'"{k}": {json.dumps(v)}' for k, v in case_.items()]
        (FOLDER / f"{name}.json").write_text("{" + ",\n".join(lines) + "}\n")
        top = np.abs(case_["logits"]).max()
        print(f"{name}: {len(case_['tokens'])} tokens, largest logit {top:.2f}")


if __name__ == "__main__":
    main()
