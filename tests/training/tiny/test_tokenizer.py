"""The tokens: all text comes back, digits come by three at most, and a name has the same pieces wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.training.tiny.golden import SAID
from vestibule.training.tiny.chatml import CALL, CONTROL_TOKENS, render
from vestibule.training.tiny.dialogues import draw
from vestibule.training.tiny.tokenizer import encode, train

SIZE = 512


def texts() -> list[str]:
    return ["".join(t for t, _ in render(draw(1, n))) for n in range(150)]


LEARNT = train(texts(), SIZE)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return LEARNT


def test_learning_again_gives_the_same_tokens(tokenizer: Tokenizer) -> None:
    assert train(texts(), SIZE).to_str() == tokenizer.to_str()
    assert tokenizer.get_vocab_size() == SIZE


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    back: str = LEARNT.decode(encode(LEARNT, text), skip_special_tokens=False)
    assert back == text


@pytest.mark.parametrize("said", SAID)
def test_foreign_text_comes_back(tokenizer: Tokenizer, said: str) -> None:
    assert tokenizer.decode(encode(tokenizer, said), skip_special_tokens=False) == said


def test_a_name_has_the_same_pieces_at_the_start_and_inside_a_sentence(tokenizer: Tokenizer) -> None:
    for name in ("Harbour Office", "The Mill", "Zworb Hall", "AHU-7"):
        assert encode(tokenizer, f" {name}") == [*encode(tokenizer, " "), *encode(tokenizer, name)]


def test_no_token_holds_more_than_three_digits(tokenizer: Tokenizer) -> None:
    assert max(sum(c.isdigit() for c in token) for token in tokenizer.get_vocab()) <= 3
    assert encode(tokenizer, "312,087") == [i for part in ("312", ",", "087") for i in encode(tokenizer, part)]


def test_control_tokens_are_one_token_each(tokenizer: Tokenizer) -> None:
    for token in (*CONTROL_TOKENS, CALL):
        assert encode(tokenizer, token) == [tokenizer.token_to_id(token)]
