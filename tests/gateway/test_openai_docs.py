"""docs/openai.md says of every field what becomes of it, and says it of no other."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from tests.gateway.openapi import PUBLISHED, properties
from vestibule.gateway.responses.request import ResponseBody
from vestibule.gateway.wire.chat_request import ChatBody
from vestibule.gateway.wire.embedding import EmbeddingBody
from vestibule.gateway.wire.moderation import ModerationBody

PAGE = (Path(__file__).parents[2] / "docs" / "openai.md").read_text("utf-8")
BODIES: list[tuple[str, type[msgspec.Struct], str]] = [
    ("Chat completions", ChatBody, "CreateChatCompletionRequest"),
    ("Responses", ResponseBody, "CreateResponse"),
    ("Embeddings", EmbeddingBody, "CreateEmbeddingRequest"),
    ("Moderations", ModerationBody, "CreateModerationRequest"),
]


def documented(heading: str) -> list[str]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \| (served|accepted|refused) \|", section, re.MULTILINE)
    return [name for names, _ in rows for name in re.findall(r"`([^`]+)`", names)]


@pytest.mark.parametrize(("heading", "body", "published"), BODIES)
def test_every_field_is_documented_once(heading: str, body: type[msgspec.Struct], published: str) -> None:
    fields = [field.encode_name for field in msgspec.structs.fields(body)]
    assert sorted(documented(heading)) == sorted(set(fields) - {"vestibule"})


@pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")
@pytest.mark.parametrize(("heading", "body", "published"), BODIES)
def test_every_published_field_is_documented(heading: str, body: type[msgspec.Struct], published: str) -> None:
    assert sorted(documented(heading)) == sorted(properties(published))
