"""A real GGUF file of half a megabyte, built here: a llama of two layers whose next token never depends on the last.

`unigram` has one liking for each token, with quotes, closing brackets and the end liked best, so that under a grammar it takes the shortest
way to valid JSON. `babbling` is random, bytes included, and breaks llama.cpp's reading of its own answers.
"""

from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np

WIDTH, HIDDEN, HEADS, LAYERS, CONTEXT = 64, 128, 4, 2, 4_096
CONTROL = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
BYTES = [f"<0x{n:02X}>" for n in range(256)]
PRINTED = ["\u2581", *map(chr, range(33, 127))]
TOKENS = [*CONTROL, *BYTES, *PRINTED]
KINDS = [2, 3, 3, 3, 3, *[6] * len(BYTES), *[1] * len(PRINTED)]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LIKED = {'"': 8.0, "}": 8.0, "]": 8.0, "<|im_end|>": 9.0, "\u2581": -4.0}


def build(path: Path, likes: Literal["unigram", "babbling"] = "unigram", *, name: str = "tiny") -> Path:
    random = np.random.default_rng(0)

    def noise(*shape: int) -> Any:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    w = gguf.GGUFWriter(str(path), "llama")
    w.add_name(name)
    w.add_context_length(CONTEXT)
    w.add_embedding_length(WIDTH)
    w.add_feed_forward_length(HIDDEN)
    w.add_block_count(LAYERS)
    w.add_head_count(HEADS)
    w.add_head_count_kv(2)
    w.add_layer_norm_rms_eps(1e-5)
    w.add_rope_dimension_count(WIDTH // HEADS)
    w.add_vocab_size(len(TOKENS))
    w.add_tokenizer_model("llama")
    w.add_tokenizer_pre("default")
    w.add_token_list(TOKENS)
    w.add_token_scores([0.0] * (len(CONTROL) + len(BYTES)) + [-1.0] * len(PRINTED))
    w.add_token_types(KINDS)
    w.add_bos_token_id(1)
    w.add_eos_token_id(4)
    w.add_unk_token_id(0)
    w.add_add_space_prefix(False)
    w.add_chat_template(TEMPLATE)
    if likes == "unigram":
        liking = np.array([LIKED.get(t, -8.0 if k == 6 else 0.0) for t, k in zip(TOKENS, KINDS, strict=True)], np.float32)
        liking += noise(len(TOKENS)) * 2
        words, out = np.ones((len(TOKENS), WIDTH), np.float32), np.repeat(liking[:, None] / WIDTH, WIDTH, 1).astype(np.float32)
    else:
        words, out = noise(len(TOKENS), WIDTH) * 20, noise(len(TOKENS), WIDTH) * 3
    through = np.float32(0 if likes == "unigram" else 1)
    w.add_tensor("token_embd.weight", words)
    w.add_tensor("output.weight", out)
    w.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for n in range(LAYERS):
        for part, shape, scale in (
            ("attn_q", (WIDTH, WIDTH), 1), ("attn_k", (WIDTH // 2, WIDTH), 1), ("attn_v", (WIDTH // 2, WIDTH), 1), ("attn_output", (WIDTH, WIDTH), through),
            ("ffn_gate", (HIDDEN, WIDTH), 1), ("ffn_up", (HIDDEN, WIDTH), 1), ("ffn_down", (WIDTH, HIDDEN), through),
        ):  # fmt: skip
            w.add_tensor(f"blk.{n}.{part}.weight", (noise(*shape) * np.float32(scale)).astype(np.float32))
        for part in ("attn_norm", "ffn_norm"):
            w.add_tensor(f"blk.{n}.{part}.weight", np.ones(WIDTH, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return path
