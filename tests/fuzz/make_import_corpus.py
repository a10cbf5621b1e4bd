#!/usr/bin/env python3
"""Writes the seeds of the gguf, safetensors and tokenizer_json fuzzers into corpus/: the smallest llama
there is, with a tokenizer of each kind; every readable type of ggml is in one of them; tokenizers of
a few tokens with the pipelines of tests/tokenizer (pip install gguf numpy safetensors tokenizers)."""
import json
import pathlib
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent / "corpus"
sys.path.insert(0, str(HERE / "../../tokenizer"))
import hf_variants  # noqa: E402
VOCAB = 8
rng = np.random.default_rng(20240301)
TOKENS = {"gpt2": ["a", "b", "c", "ab", "<|endoftext|>", "d", "e", "f"],
          "llama": ["<unk>", "<s>", "</s>", "<0x41>", "\u2581a", "b", "c", "ab"]}


def weights(shape, kind):
    """Ones; in a type that the package cannot make, random blocks."""
    v = np.ones(shape, np.float32)
    try:
        return gguf.quants.quantize(v, kind)
    except NotImplementedError:
        length, size = gguf.GGML_QUANT_SIZES[kind]
        # No byte has the exponent of an infinity, wherever the scales are.
        return rng.integers(0, 256, (shape[0], shape[1] // length * size), np.uint8) & 0xbb


def llama(path, kinds, model, dim=32, inner=32, heads=2):
    """`kinds` by the name of the tensor without its block, or under "" for all others; `inner` is the
    width of the feed-forward part and of all heads."""
    w = gguf.GGUFWriter(path, "llama")
    w.add_context_length(16)
    w.add_embedding_length(dim)
    w.add_block_count(1)
    w.add_feed_forward_length(inner)
    w.add_head_count(heads)
    w.add_head_count_kv(1)
    if inner != dim:
        w.add_key_length(inner // heads)
        w.add_value_length(inner // heads)
        w.add_rope_dimension_count(inner // heads)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_tokenizer_model(model)
    w.add_token_list(TOKENS[model])
    if model == "gpt2":
        w.add_tokenizer_pre("gpt-2")
        w.add_token_merges(["a b"])
        w.add_token_types([1, 1, 1, 1, 3, 1, 1, 1])
        w.add_eos_token_id(4)
    else:
        w.add_token_scores([0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -3.0, -4.0])
        w.add_token_types([2, 3, 3, 6, 1, 1, 1, 1])
        w.add_bos_token_id(1)
        w.add_eos_token_id(2)
    kv = inner // heads
    shapes = {"token_embd": (VOCAB, dim), "output_norm": (dim,)}
    for name, shape in {"attn_norm": (dim,), "attn_q": (inner, dim), "attn_k": (kv, dim),
                        "attn_v": (kv, dim), "attn_output": (dim, inner), "ffn_norm": (dim,),
                        "ffn_gate": (inner, dim), "ffn_up": (inner, dim),
                        "ffn_down": (dim, inner)}.items():
        shapes[f"blk.0.{name}"] = shape
    for name, shape in shapes.items():
        if len(shape) == 1:
            w.add_tensor(name + ".weight", np.ones(shape, np.float32))
        else:
            kind = kinds.get(name.split(".")[-1], kinds.get(""))
            w.add_tensor(name + ".weight", weights(shape, kind), raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def small(path, arch, names, shapes, layers, extra):
    """A model of another family without a tokenizer, width 8, heads of 4, all ones."""
    w = gguf.GGUFWriter(path, arch)
    w.add_context_length(64)
    w.add_embedding_length(8)
    w.add_block_count(layers)
    w.add_feed_forward_length(8)
    w.add_head_count(2)
    w.add_head_count_kv(1)
    w.add_layer_norm_rms_eps(1e-5)
    extra(w)
    w.add_tensor("token_embd.weight", np.ones((VOCAB, 8), np.float32))
    w.add_tensor("output_norm.weight", np.ones(8, np.float32))
    for i in range(layers):
        for name, shape in zip(names, shapes):
            w.add_tensor(f"blk.{i}.{name}.weight", np.ones(shape, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def gemma3(path):
    def extra(w):
        w.add_key_length(4)
        w.add_value_length(4)
        w.add_sliding_window(4)
        w.add_sliding_window_pattern([True, False])
        w.add_rope_freq_base_swa(1000.0)
        w.add_final_logit_softcapping(30.0)
        w.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        w.add_rope_scaling_factor(8.0)
    names = ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm", "attn_q", "attn_k",
             "attn_v", "attn_output", "attn_q_norm", "attn_k_norm", "ffn_gate", "ffn_up", "ffn_down"]
    small(path, "gemma3", names, [(8,)] * 4 + [(8, 8), (4, 8), (4, 8), (8, 8), (4,), (4,)]
          + [(8, 8)] * 3, 2, extra)


def phi3(path):
    def extra(w):
        w.add_rope_dimension_count(4)
        w.add_rope_scaling_orig_ctx_len(16)
        w.add_rope_scaling_attn_factors(1.2247449)
        w.add_sliding_window(4)
        w.add_tensor("rope_factors_long.weight", np.array([1.0, 4.0], np.float32))
        w.add_tensor("rope_factors_short.weight", np.array([1.0, 2.0], np.float32))
    names = ["attn_norm", "ffn_norm", "attn_qkv", "attn_output", "ffn_up", "ffn_down"]
    small(path, "phi3", names, [(8,), (8,), (16, 8), (8, 8), (16, 8), (8, 8)], 1, extra)


for name, kind, model in (("q4_1", T.Q4_1, "gpt2"), ("q8_0", T.Q8_0, "llama"),
                          ("bf16", T.BF16, "gpt2")):
    llama(HERE / "gguf" / f"{name}.gguf", {"": kind}, model)
llama(HERE / "gguf" / "blocks32.gguf",
      {"": T.Q4_0, "attn_q": T.Q5_0, "attn_k": T.Q5_1, "attn_output": T.IQ4_NL, "ffn_up": T.F32},
      "llama")
llama(HERE / "gguf" / "blocks256.gguf",
      {"": T.F16, "token_embd": T.Q6_K, "attn_q": T.Q4_K, "attn_k": T.Q5_K, "attn_v": T.Q3_K,
       "ffn_gate": T.Q2_K, "ffn_up": T.IQ4_XS}, "gpt2", dim=256, inner=2, heads=1)
gemma3(HERE / "gguf" / "gemma3.gguf")
phi3(HERE / "gguf" / "phi3.gguf")
save_file({"a": np.ones((2, 3), np.float32), "b": np.ones(4, np.float16)},
          HERE / "safetensors" / "two.safetensors", {"format": "np"})
CONFIG = {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "num_hidden_layers": 2,
          "num_attention_heads": 4, "intermediate_size": 96, "vocab_size": 100,
          "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1,
                           "high_freq_factor": 4, "original_max_position_embeddings": 8192},
          "eos_token_id": [1, 2]}
(HERE / "safetensors" / "config.json").write_text(json.dumps(CONFIG))

SMALL = {"bytes": {"vocab": {t: i for i, t in enumerate("<|end|> a b c \u0120 ab \u0120a 1".split())},
                   "merges": ["a b", "\u0120 a"]},
         "characters": {"vocab": {t: i for i, t in enumerate(
             "<unk> <s> </s> <0x61> a b \u2581 ab \u2581a".split())},
             "merges": ["a b", "\u2581 a"], "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}}
CONFIG = json.dumps({"bos_token": "a", "eos_token": {"content": "b"}, "add_bos_token": True})
TEXT = "ab a\u00e9 1<b>  <|start|> <n>ab'S word\n"
(HERE / "tokenizer_json").mkdir(exist_ok=True)
for name, variant in hf_variants.variants_of(*SMALL.values()).items():
    if variant["model"].get("byte_fallback") is False:
        continue
    parts = [json.dumps(variant, separators=(",", ":")), CONFIG, TEXT]
    (HERE / "tokenizer_json" / name).write_bytes(b"\xff".join(p.encode() for p in parts))
CONFIG = {"architectures": ["Gemma3ForConditionalGeneration"], "text_config": {
    "hidden_size": 64, "num_hidden_layers": 7, "intermediate_size": 96, "sliding_window": 16,
    "rope_parameters": {"full_attention": {"rope_type": "yarn", "factor": 8.0},
                        "sliding_attention": {"rope_theta": 1e4}}}}
(HERE / "safetensors" / "gemma3.json").write_text(json.dumps(CONFIG))
