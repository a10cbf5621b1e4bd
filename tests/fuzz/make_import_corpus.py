#!/usr/bin/env python3
"""Writes the seeds of the gguf and safetensors fuzzers into corpus/: the smallest llama there is, with
a tokenizer of each kind, in every readable type (pip install gguf numpy safetensors)."""
import json
import pathlib

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent / "corpus"
DIM, FFN, VOCAB = 32, 32, 8
TOKENS = {"gpt2": ["a", "b", "c", "ab", "<|endoftext|>", "d", "e", "f"],
          "llama": ["<unk>", "<s>", "</s>", "<0x41>", "\u2581a", "b", "c", "ab"]}


def llama(path, kind, model):
    w = gguf.GGUFWriter(path, "llama")
    w.add_context_length(16)
    w.add_embedding_length(DIM)
    w.add_block_count(1)
    w.add_feed_forward_length(FFN)
    w.add_head_count(2)
    w.add_head_count_kv(1)
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
    shapes = {"token_embd.weight": (VOCAB, DIM), "output_norm.weight": (DIM,)}
    for name, shape in {"attn_norm": (DIM,), "attn_q": (DIM, DIM), "attn_k": (16, DIM),
                        "attn_v": (16, DIM), "attn_output": (DIM, DIM), "ffn_norm": (DIM,),
                        "ffn_gate": (FFN, DIM), "ffn_up": (FFN, DIM),
                        "ffn_down": (DIM, FFN)}.items():
        shapes[f"blk.0.{name}.weight"] = shape
    for name, shape in shapes.items():
        v = np.ones(shape, np.float32)
        if len(shape) == 1:
            w.add_tensor(name, v)
        else:
            w.add_tensor(name, gguf.quants.quantize(v, kind), raw_dtype=kind)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


for name, kind, model in (("q4_1", T.Q4_1, "gpt2"), ("q8_0", T.Q8_0, "llama"),
                          ("bf16", T.BF16, "gpt2")):
    llama(HERE / "gguf" / f"{name}.gguf", kind, model)
save_file({"a": np.ones((2, 3), np.float32), "b": np.ones(4, np.float16)},
          HERE / "safetensors" / "two.safetensors", {"format": "np"})
CONFIG = {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "num_hidden_layers": 2,
          "num_attention_heads": 4, "intermediate_size": 96, "vocab_size": 100,
          "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1,
                           "high_freq_factor": 4, "original_max_position_embeddings": 8192},
          "eos_token_id": [1, 2]}
(HERE / "safetensors" / "config.json").write_text(json.dumps(CONFIG))
