"""A random Llama of a few thousand weights as a Hugging Face folder, its tokens the bytes."""
import array
import json
import os
import random
import struct

DIM, FFN, HEADS, LAYERS, VOCAB = 64, 96, 4, 2, 257


def shapes():
    found = {"model.embed_tokens.weight": (VOCAB, DIM), "model.norm.weight": (DIM,)}
    for n in range(LAYERS):
        layer = f"model.layers.{n}."
        found |= {layer + norm + ".weight": (DIM,)
                  for norm in ("input_layernorm", "post_attention_layernorm")}
        found |= {layer + f"self_attn.{x}_proj.weight": (DIM, DIM) for x in "qkvo"}
        found |= {layer + f"mlp.{x}_proj.weight": (FFN, DIM) for x in ("gate", "up")}
        found[layer + "mlp.down_proj.weight"] = (DIM, FFN)
    return found


def safetensors(seed):
    generator = random.Random(seed)
    head, data = {}, array.array("f")
    for name, shape in shapes().items():
        begin = 4 * len(data)
        if len(shape) == 1:
            data.extend([1.0] * shape[0])
        else:
            data.extend(generator.gauss(0, 0.3) for _ in range(shape[0] * shape[1]))
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, 4 * len(data)]}
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data.tobytes()


def byte_tokens():
    """GPT-2's printable names of the 256 bytes."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return {chr(b if b in shown else 256 + hidden.index(b)): b for b in range(256)}


def write(folder, seed=1):
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
              "hidden_size": DIM, "intermediate_size": FFN, "num_attention_heads": HEADS,
              "num_key_value_heads": HEADS, "num_hidden_layers": LAYERS, "rms_norm_eps": 1e-6,
              "rope_theta": 10000.0, "vocab_size": VOCAB, "max_position_embeddings": 256,
              "tie_word_embeddings": True, "eos_token_id": 256}
    end = {"id": 256, "content": "<|end|>", "special": True, "single_word": False, "lstrip": False,
           "rstrip": False, "normalized": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    tokenizer = {"version": "1.0", "added_tokens": [end], "normalizer": None,
                 "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
                 "model": {"type": "BPE", "vocab": {**byte_tokens(), "<|end|>": 256}, "merges": []}}
    os.makedirs(folder)
    for name, content in (("config.json", config), ("tokenizer.json", tokenizer)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(content, f)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(safetensors(seed))
    return folder
