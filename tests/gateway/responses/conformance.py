"""Replies of `/v1/responses` against OpenAI's published schema, our own block apart."""

from __future__ import annotations

import json
from typing import Any

from tests.gateway.conftest import Reply
from tests.gateway.openapi import PUBLISHED, departures

SCHEMA_IS_HERE = PUBLISHED.exists()


def check(value: Any, schema: str) -> None:
    """Assert that `value` is as published, where the published schema is at hand."""
    if SCHEMA_IS_HERE:
        assert departures(without_ours(value), schema) == []


def without_ours(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_ours(part) for key, part in value.items() if key != "vestibule"}
    return [without_ours(part) for part in value] if isinstance(value, list) else value


def events(reply: Reply) -> list[dict[str, Any]]:
    """The events of a stream, each checked, numbered without a gap and named twice alike."""
    told = []
    for block in reply.body.decode().split("\n\n")[:-1]:
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        check(event, "ResponseStreamEvent")
        told.append(event)
    assert [event["sequence_number"] for event in told] == list(range(len(told)))
    return told
