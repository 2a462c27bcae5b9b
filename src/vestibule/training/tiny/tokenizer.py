"""Byte-level BPE, small, trained on our own dialogues; encodes exactly as llama.cpp does with `pre = "dbrx"`.

A space never merges with a capital, so a name has the same pieces at the start of an answer and inside a sentence:
copying is then the same ids again. Figures come in groups of up to three digits.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

os.environ.setdefault("RAYON_NUM_THREADS", "1")

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from vestibule.training.tiny.chatml import CALL_TOKENS, CONTROL_TOKENS

DBRX_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LEARNING_SPLIT = r"[^\r\n\p{L}\p{N} ]?\p{L}+| ?\p{Ll}\p{L}*|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s"


def train(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn `size` tokens, control tokens and the 256 bytes among them."""
    learner = _bytewise(Tokenizer(models.BPE()), _LEARNING_SPLIT)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        show_progress=False,
        special_tokens=[*CONTROL_TOKENS, *CALL_TOKENS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    learner.train_from_iterator(texts, trainer)
    return _bytewise(learner, DBRX_SPLIT)


def _bytewise(tokenizer: Tokenizer, split: str) -> Tokenizer:
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in CONTROL_TOKENS])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in CALL_TOKENS])
    return tokenizer


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def merges(tokenizer: Tokenizer) -> Sequence[str]:
    """Pairs in the order they were learnt, as GGUF wants them: `left right`."""
    import json

    found = json.loads(tokenizer.to_str())["model"]["merges"]
    return [pair if isinstance(pair, str) else " ".join(pair) for pair in found]
