"""How a provider is asked to go on with an answer that was begun, where it can."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderKind
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.kinds import KINDS

BEGUN = ModelRequest((Message("user", "Count."), Message("assistant", "One, two,")))
PLAIN = ModelRequest((Message("user", "Count."),))


def encoded(kind: ProviderKind, request: ModelRequest, url: str = "https://llm.example.com", **more: bool) -> Any:
    provider = KINDS[kind].make("p", url, HomeTransport(), cloud=True, **more)
    return json.loads(provider.encode(request, "m"))


@pytest.mark.parametrize("kind", ["openai", "deepseek", "gemini"])
def test_none_does_unless_it_is_said(kind: ProviderKind) -> None:
    for continues in (False, True):
        made = KINDS[kind].make("p", "https://llm.example.com/v1", HomeTransport(), cloud=True, continues=continues)
        assert (made.continues, made.capacity) == (continues, None)
    assert not {"continue_final_message", "prefix"} & set(json.dumps(encoded(kind, BEGUN)).split('"'))


def test_deepseek_does_at_its_beta_interface() -> None:
    for url, continues in (("/beta", True), ("/beta/", True), ("/v1", False), ("", False)):
        made = KINDS["deepseek"].make("p", f"https://api.example.com{url}", HomeTransport(), cloud=True)
        assert made.continues is continues
    turns = encoded("deepseek", BEGUN, "https://api.example.com/beta")["messages"]
    assert turns[-1] == {"role": "assistant", "content": "One, two,", "prefix": True}
    assert "prefix" not in json.dumps(encoded("deepseek", PLAIN, "https://api.example.com/beta"))


def test_a_server_at_home_is_told_that_the_last_turn_is_not_over() -> None:
    body = encoded("openai", BEGUN, continues=True)
    assert body["messages"][-1] == {"role": "assistant", "content": "One, two,"}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    assert not {"continue_final_message", "add_generation_prompt"} & encoded("openai", PLAIN, continues=True).keys()
