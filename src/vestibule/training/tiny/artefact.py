"""Write the model as GGUF: weights in half precision, the tokenizer and the chat template with them.

llama.cpp's own converter knows tokenizers by their hash and refuses a new one, hence this small writer.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import gguf
import numpy as np
from tokenizers import Tokenizer

from vestibule.training.tiny.chatml import CALL_TOKENS, CONTROL_TOKENS, END, PAD, TEMPLATE
from vestibule.training.tiny.model import Shape, TinyQwen2
from vestibule.training.tiny.tokenizer import merges

NAME = "vestibule-tiny"
HALF_PRECISION = 1  # llama.cpp's LLAMA_FTYPE_MOSTLY_F16
_NAMES = {
    "embedding": "token_embd",
    "norm": "output_norm",
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.out": "attn_output",
    "feed_norm": "ffn_norm",
    "feed.gate": "ffn_gate",
    "feed.up": "ffn_up",
    "feed.down": "ffn_down",
}


def write(model: TinyQwen2, tokenizer: Tokenizer, path: Path) -> str:
    """Write the GGUF at `path` and its sha256 beside it; return the latter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "qwen2")
    _describe(writer, model.shape)
    _add_tokenizer(writer, tokenizer)
    for name, parameter in model.state_dict().items():
        values = parameter.detach().float().numpy()
        writer.add_tensor(tensor_name(name), values.astype(np.float16) if values.ndim == 2 else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return digest


def tensor_name(parameter: str) -> str:
    """`blocks.3.feed.up.weight` is `blk.3.ffn_up.weight` to llama.cpp."""
    stem, _, kind = parameter.rpartition(".")
    if not stem.startswith("blocks."):
        return f"{_NAMES[stem]}.{kind}"
    _, number, part = stem.split(".", 2)
    return f"blk.{number}.{_NAMES[part]}.{kind}"


def _describe(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name(NAME)
    writer.add_description("A test and demo model that copies from the sources it is given. Not for real use.")
    writer.add_license("apache-2.0")
    writer.add_file_type(HALF_PRECISION)
    writer.add_float32("general.sampling.temp", 0.0)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_rope_freq_base(shape.rope_base)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    ids: dict[str, int] = tokenizer.get_vocab()
    tokens = sorted(ids, key=ids.__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("dbrx")
    writer.add_token_list(tokens)
    writer.add_token_types([_type(token) for token in tokens])
    writer.add_token_merges(list(merges(tokenizer)))
    writer.add_eos_token_id(ids[END])
    writer.add_pad_token_id(ids[PAD])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _type(token: str) -> gguf.TokenType:
    if token in CONTROL_TOKENS:
        return gguf.TokenType.CONTROL
    return gguf.TokenType.USER_DEFINED if token in CALL_TOKENS else gguf.TokenType.NORMAL
