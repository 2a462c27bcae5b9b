"""Every kind that `vestibule.yaml` may name is there, by one Protocol."""

from __future__ import annotations

import json
from typing import get_args

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderKind
from vestibule.providers.base import path_of
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.kinds import KINDS


def test_every_kind_that_may_be_named_can_be_made_and_knows_where_it_is() -> None:
    assert set(KINDS) == set(get_args(ProviderKind))
    for name, kind in KINDS.items():
        made = kind.make("p", "https://llm.example.com/base", HomeTransport(), cloud=False)
        assert (made.id, made.kind, str(made.destination)) == ("p", name, "https://llm.example.com:443")
        assert "hello" in json.dumps(json.loads(made.encode(ModelRequest((Message("user", "hello"),)), "m")))


def test_the_path_of_an_address() -> None:
    urls = {"https://a": "", "https://a/": "", "http://a:1/v1/": "/v1", "http://a/b/c": "/b/c", "unix:/run/s": ""}
    assert {url: path_of(url) for url in urls} == urls
