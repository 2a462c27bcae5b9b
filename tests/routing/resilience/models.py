"""Models that are only spoken of: nothing is sent here."""

from __future__ import annotations

from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import Model
from vestibule.routing.plan import Candidate


def model(name: str, port: int = 9, *, continues: bool = False) -> Model:
    provider = OpenAIProvider(name, f"http://127.0.0.1:{port}/v1", HomeTransport(), continues=continues)
    return Model(name, name, provider, "home")


def candidate(name: str, *, continues: bool = False) -> Candidate:
    return Candidate(model(name, continues=continues), "home comes first")
