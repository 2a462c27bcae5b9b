"""`/v1/controls` describes what is honoured, and cannot describe anything else."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from tests.gateway.conftest import Server
from vestibule.core.chat import Controls
from vestibule.gateway import controls
from vestibule.gateway.controls import Control, described


async def test_what_is_listed_can_be_sent_and_is_heard(server: Server) -> None:
    listed = (await server.ask("GET", "/v1/controls")).json
    assert listed["object"] == "list"
    assert [control["id"] for control in listed["data"]] == list(Controls.__struct_fields__)
    for control in listed["data"]:
        assert control["object"] == "control"
        assert control["label"]
        assert control["help"]
        for value in control.get("values", [control.get("minimum"), control.get("maximum")]):
            sent = {"vestibule": {"controls": {control["id"]: value}}}
            assert (await server.chat("Why?", **sent)).status == 200
            assert getattr(server.pipeline.requests[-1].options.controls, control["id"]) == value
    assert listed["data"][0]["values"] == [True, False]
    assert listed["data"][0]["default"] is True


async def test_it_wants_a_key(server: Server) -> None:
    assert (await server.ask("GET", "/v1/controls", key="sk-unknown")).status == 401


class Imagined(msgspec.Struct, frozen=True):
    depth: Annotated[float, Meta(ge=0, le=1)] | None = None
    format: Literal["prose", "table"] | None = None


def test_sliders_and_switches_are_known_by_what_they_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    words = controls._Words
    monkeypatch.setattr(
        controls, "_SAID", {"depth": words("Depth", "How deep.", 0.5), "format": words("Format", "Its form.", "prose")}
    )
    assert described(Imagined) == [
        Control("depth", "slider", "Depth", "How deep.", 0.5, minimum=0, maximum=1),
        Control("format", "switch", "Format", "Its form.", "prose", values=["prose", "table"]),
    ]


def test_a_control_that_nobody_described_is_noticed() -> None:
    with pytest.raises(KeyError, match="depth"):
        described(Imagined)


def test_words_are_only_of_what_there_is() -> None:
    assert set(controls._SAID) == set(Controls.__struct_fields__)
