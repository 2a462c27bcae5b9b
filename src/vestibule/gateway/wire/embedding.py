"""OpenAI's embeddings request and reply."""

from __future__ import annotations

import base64
from typing import Literal

import msgspec

from vestibule.core.errors import InvalidRequest
from vestibule.core.ports import Vector
from vestibule.gateway.wire.decode import decode

INPUTS_AT_MOST = 2048

Encoding = Literal["float", "base64"]


class EmbeddingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/embeddings`; arrays of token numbers are understood only to be refused clearly."""

    model: str
    input: str | list[str | int | list[int]]
    encoding_format: Encoding = "float"
    dimensions: int | None = None
    user: str | None = None


class Embedding(msgspec.Struct, frozen=True):
    index: int
    embedding: list[float] | str
    object: Literal["embedding"] = "embedding"


class EmbeddingUsage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(msgspec.Struct, frozen=True):
    model: str
    data: list[Embedding]
    usage: EmbeddingUsage
    object: Literal["list"] = "list"


_DECODER = msgspec.json.Decoder(EmbeddingBody)


def decode_embedding(body: bytes) -> EmbeddingBody:
    return decode(body, _DECODER)


def texts(body: EmbeddingBody) -> list[str]:
    """The texts to embed. Raise `InvalidRequest` for none, too many, empty ones and token arrays."""
    given = [body.input] if isinstance(body.input, str) else body.input
    if not given or len(given) > INPUTS_AT_MOST:
        raise InvalidRequest(
            f"`input` has {len(given)} texts; 1 to {INPUTS_AT_MOST} are embedded at once.",
            next_step="Send them in several requests." if given else "Send a string or a list of strings.",
            param="input",
        )
    return [_text(item, "input" if isinstance(body.input, str) else f"input[{i}]") for i, item in enumerate(given)]


def _text(item: str | int | list[int], path: str) -> str:
    if not isinstance(item, str):
        raise InvalidRequest(
            "`input` is made of token numbers, which depend on another model's tokenizer.",
            next_step="Send the text itself, as a string or a list of strings.",
            param="input",
        )
    if not item.strip() or "\0" in item:
        raise InvalidRequest(
            f"`{path}` is empty or contains U+0000.", next_step="Send only texts with something in them.", param=path
        )
    return item


def embedding_list(model: str, vectors: Vector, encoding: Encoding, tokens: int) -> bytes:
    """Encode one row per input; base64 is of little-endian float32, as official clients ask for."""
    data = [Embedding(index, _encode(row, encoding)) for index, row in enumerate(vectors)]
    return msgspec.json.encode(EmbeddingList(model, data, EmbeddingUsage(tokens, tokens)))


def _encode(row: Vector, encoding: Encoding) -> list[float] | str:
    if encoding == "float":
        return [float(value) for value in row]
    return base64.b64encode(row.astype("<f4").tobytes()).decode("ascii")
