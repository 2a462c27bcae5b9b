"""Bodies that are nearly requests: read, or refused with a clear error; never anything else, and never both ways."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import SEED
from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.gateway.wire.chat_request import ChatBody, decode_chat
from vestibule.gateway.wire.embedding import decode_embedding, texts

EXAMPLES = 40 * int(os.environ.get("VESTIBULE_FUZZ", "8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
Path = tuple[str | int, ...]


def paths(value: object, at: Path = ()) -> list[Path]:
    if isinstance(value, dict):
        return [at, *(path for key, inner in value.items() for path in paths(inner, (*at, key)))]
    if isinstance(value, list):
        return [at, *(path for index, inner in enumerate(value) for path in paths(inner, (*at, index)))]
    return [at]


def replaced(value: object, path: Path, by: object) -> object:
    if not path:
        return by
    first, *rest = path
    if isinstance(value, dict):
        return {key: replaced(inner, tuple(rest), by) if key == first else inner for key, inner in value.items()}
    assert isinstance(value, list)
    return [replaced(inner, tuple(rest), by) if index == first else inner for index, inner in enumerate(value)]


def read(decode: Callable[[bytes], object], body: bytes) -> object | None:
    """What it was read as, None where it was refused."""
    try:
        return decode(body)
    except InvalidRequest as error:
        refusal = error
    assert refusal.message
    assert len(str(refusal)) < 2000
    return None


@settings(max_examples=EXAMPLES, deadline=None)
@given(path=st.sampled_from(paths(SEED)), by=JSON)
def test_a_request_with_one_value_changed(path: Path, by: object) -> None:
    body = json.dumps(replaced(SEED, path, by)).encode()
    first = read(decode_chat, body)
    assert read(decode_chat, body) == first


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.sampled_from(ChatBody.__struct_fields__), JSON, max_size=6))
def test_fields_that_exist_with_values_that_do_not(fields: dict[str, object]) -> None:
    read(decode_chat, json.dumps(SEED | fields).encode())


@settings(max_examples=EXAMPLES, deadline=None)
@given(at=st.integers(0, 600), cut=st.integers(0, 20), by=st.binary(max_size=12))
def test_bytes_in_the_wrong_place(at: int, cut: int, by: bytes) -> None:
    body = json.dumps(SEED).encode()
    read(decode_chat, body[:at] + by + body[at + cut :])


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=60))
def test_no_json_at_all(body: bytes) -> None:
    assert read(decode_chat, body) is None


@settings(max_examples=EXAMPLES, deadline=None)
@given(JSON)
def test_embeddings_of_anything(value: object) -> None:
    body = json.dumps({"model": "auto", "input": value}).encode()
    with contextlib.suppress(InvalidRequest, TooLarge):
        assert texts(decode_embedding(body))


def test_the_seed_itself_is_a_request() -> None:
    assert decode_chat(json.dumps(SEED).encode()).question == "Why?"
