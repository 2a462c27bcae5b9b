"""Fuzz parsers by what they cover: `python -m tests.fuzz.coverage_guided chat|embedding|answer [libFuzzer options]`.

Needs Atheris (Linux, macOS; Python 3.11 to 3.13), which is no dependency of ours: `make soak-fuzz` puts it into an
environment of its own. What it finds becomes a case of a test.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

from tests.fuzz.seeds import ANSWERS, SEED

with atheris.instrument_imports(include=["vestibule.gateway.wire", "vestibule.generation.sanitising"]):
    from vestibule.core.errors import InvalidRequest, TooLarge
    from vestibule.gateway.wire.chat_request import decode_chat
    from vestibule.gateway.wire.embedding import decode_embedding, texts
    from vestibule.generation.sanitising import AnswerSanitiser, is_suspect, neutralised


def chat(body: bytes) -> None:
    try:
        decode_chat(body)
    except InvalidRequest:
        return


def embedding(body: bytes) -> None:
    try:
        texts(decode_embedding(body))
    except (InvalidRequest, TooLarge):
        return


def answer(data: bytes) -> None:
    """The same however it was cut."""
    text = data.decode("utf-8", "replace")
    whole = AnswerSanitiser()
    said = whole.feed(text) + whole.finish()
    single = AnswerSanitiser()
    assert said == "".join(map(single.feed, text)) + single.finish()
    assert neutralised(neutralised(text)) == neutralised(text)
    is_suspect(text)


REQUEST = json.dumps(SEED)
TARGETS: dict[str, tuple[Callable[[bytes], None], Sequence[str]]] = {
    "chat": (chat, (REQUEST,)),
    "embedding": (embedding, ('{"model": "auto", "input": ["a", "b"], "encoding_format": "base64"}',)),
    "answer": (answer, ANSWERS),
}

if __name__ == "__main__":
    target, begin_with = TARGETS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as corpus:
        for index, text in enumerate(begin_with):
            (Path(corpus) / str(index)).write_text(text, "utf-8")
        atheris.Setup([*sys.argv, corpus], target)
        atheris.Fuzz()
