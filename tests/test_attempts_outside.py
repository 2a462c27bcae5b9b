"""Answers that break off on their way in or out of the house: what is taken up outside leaves as everything does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as replaced

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.faults import Fault
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Received, RecordingServer
from tests.egress.servers.speech import PLACEHOLDER, Asked, Reply
from tests.test_attempts import Chat, Says, attempts
from tests.test_cloud import KEY, POLICY, QUESTION, Cloud, cloud, completed
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import Model

NAME = "Margaret Oyelaran"
LETTER = (
    f"Dear {NAME}, the meeting is on Tuesday. It will be short. {NAME}, please bring the plan! "
    f"We look forward to it. {NAME} may answer to m.oyelaran@example.org at any time."
)


class Letter(Says):
    """Says `text` with the placeholders it was sent, in the place of the originals."""

    def _reply(self, asked: Asked) -> Reply:
        found = {m[1]: m[0] for m in PLACEHOLDER.finditer(asked.prompt)}
        spoken = LETTER.replace(NAME, found.get("PERSON", NAME))
        spoken = spoken.replace("m.oyelaran@example.org", found.get("EMAIL", "m.oyelaran@example.org"))
        return replace_text(self, spoken)._plain(asked)

    def _plain(self, asked: Asked) -> Reply:
        return super()._reply(asked)


def replace_text(letter: Letter, text: str) -> Letter:
    return replace(letter, text=text)


@asynccontextmanager
async def site(home: Path, tmp_path: Path, *, continues: bool) -> AsyncIterator[tuple[Cloud, RecordingServer]]:
    """A model at home, and behind it one outside, which may be asked."""
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    with (
        RecordingServer(OpenAIChat(), certificates, Letter(continues=continues), KEY) as outside,
        RecordingServer(Chat(), None, Letter()) as inside,
    ):
        async with cloud(home, tmp_path, outside) as out:
            (gpt,) = out.house.catalogue.select("gpt")
            assert isinstance(gpt.provider, OpenAIProvider)
            gpt.provider.continues = continues
            first = Model("first", "m", OpenAIProvider("first", inside.base_url, HomeTransport()), "home")
            out.house.catalogue.become([first, replaced(gpt, automatic=True)])
            inside.pace_s = outside.pace_s = 0.005  # what is not read when a connection is reset is lost
            yield out, inside


async def test_what_broke_off_at_home_goes_on_outside_under_pseudonyms(storage_home: Path, tmp_path: Path) -> None:
    async with site(storage_home, tmp_path, continues=True) as (out, inside):
        inside.faults.append(Fault("cut", after=25))
        answer = completed(await out.ask(QUESTION, stream=True, model="auto"))
        assert attempts(answer) == [("first", "cut"), ("gpt", "answered")]
        assert answer.text == LETTER
        assert out.server.seen(["Margaret", "Oyelaran", "m.oyelaran"]) == []
        (request,) = out.server.requests
        begun = json.loads(request.body)["messages"][-1]
        assert begun["role"] == "assistant"
        assert begun["content"].startswith("Dear ⟦PERSON_1⟧, the meeting")
        privacy = answer.report.privacy
        assert (privacy.left, privacy.pseudonymised, privacy.unrestored) == (True, 2, 0)
        assert [r.entry.action for r in await out.trail(2)] == ["home", "cleared"]


async def test_what_broke_off_outside_is_told_again_and_its_names_come_back(storage_home: Path, tmp_path: Path) -> None:
    """Each time cleared anew, wherever the stream was cut: within a placeholder too."""
    async with site(storage_home, tmp_path, continues=False) as (out, _):
        for count, after in enumerate(range(3, 33, 5), start=1):
            out.server.faults.append(Fault("cut", after=after))
            answer = completed(await out.ask(QUESTION, stream=True))
            assert answer.text == LETTER
            assert attempts(answer) == [("gpt", "cut"), ("gpt", "answered")]
            *_, first, second = await out.trail(2 * count)
            assert [first.entry.action, second.entry.action] == ["cleared", "cleared"]
            assert (first.entry.attempt, second.entry.attempt) == (1, 2)
            assert first.entry.request_id == second.entry.request_id
        assert out.server.seen(["Margaret", "Oyelaran", "m.oyelaran"]) == []


async def test_what_broke_off_outside_is_gone_on_with_there(storage_home: Path, tmp_path: Path) -> None:
    async with site(storage_home, tmp_path, continues=True) as (out, _):
        for after in (15, 25, 30):
            out.server.faults.append(Fault("cut", after=after))
            answer = completed(await out.ask(QUESTION, stream=True))
            assert answer.text == LETTER
            assert json.loads(out.server.requests[-1].body)["messages"][-1]["role"] == "assistant"
        assert out.server.seen(["Margaret", "Oyelaran", "m.oyelaran"]) == []


async def test_a_policy_that_was_tightened_meanwhile_holds_for_the_next_try(storage_home: Path, tmp_path: Path) -> None:
    async with site(storage_home, tmp_path, continues=True) as (out, _):
        loop = asyncio.get_running_loop()

        def tighten(_: Received) -> None:
            out.policy.write_text(POLICY.replace("version: 7", "version: 8").replace("allow:", "refuse:"))
            loop.call_soon_threadsafe(out.house.privacy.policies.refresh)

        out.server.witness = tighten
        out.server.faults.append(Fault("cut", after=25))
        with pytest.raises(UpstreamFailed, match="gpt: cut; gpt: egress_refused"):
            await out.ask(QUESTION, stream=True)
        assert len(out.server.requests) == 1
        assert [r.entry.action for r in await out.trail(2)] == ["cleared", "refused"]
