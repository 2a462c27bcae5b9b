"""The flow to a model outside, with its real parts: what the cloud sees, what the caller gets, what is on record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, RecordingServer
from tests.egress.servers.speech import Speech
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed, Delta, Event
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions, Tool
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.privacy.audit.entry import Record

POLICY = """
version: 7
cloud:
  - {name: to the test, allow: [public, internal, confidential]}
consent: {required: true, from_callers: true}
"""
KEY = "sk-" + "t" * 40
QUESTION = "Write a short note to Margaret Oyelaran (m.oyelaran@example.org) about the meeting on Tuesday."


@dataclass
class Cloud:
    house: House
    issued: IssuedKey
    server: RecordingServer
    policy: Path

    async def ask(
        self, *messages: Message | str, model: str = "gpt", consent: bool | None = True, **more: object
    ) -> list[Event]:
        asked = tuple(Message("user", m) if isinstance(m, str) else m for m in messages)
        options = Options(privacy=PrivacyOptions(consent=consent), cache="bypass")
        request = ChatRequest(model, asked, options=options, **more)  # type: ignore[arg-type]  # of the fields' types
        return [event async for event in self.house.pipeline.run(Credential(self.issued.token), request)]

    async def trail(self, count: int) -> list[Record]:
        """The decisions of this tenant, oldest first, once there are `count`."""
        async with asyncio.timeout(10):
            while len(found := await self.house.privacy.trail.newest(self.issued.key.tenant)) < count:  # noqa: ASYNC110 it is in a database
                await asyncio.sleep(0.05)
        return list(reversed(found))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RecordingServer]:
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    with RecordingServer(OpenAIChat(), certificates, Speech(calls=False), KEY) as running:
        yield running


@asynccontextmanager
async def cloud(home: Path, tmp_path: Path, server: RecordingServer, url: str = "") -> AsyncIterator[Cloud]:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    (tmp_path / "key").write_text(f"{KEY}\n")
    ca_file = tmp_path / "certificates" / "ca.pem"
    settings = Settings(
        home=home,
        policy=policy,
        providers=(
            ProviderSettings(
                "test", "openai", server.base_url, (f"file:{tmp_path / 'key'}",), cloud=True, ca_file=ca_file
            ),
            ProviderSettings("dead", "openai", "http://127.0.0.1:9/v1"),
        ),
        models=(ModelSettings("gpt", "test", "gpt-4o"), ModelSettings("dead", "dead", "m")),
    )
    async with open_house(settings, open_to_loopback=False) as house:
        issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        yield Cloud(house, issued, server, policy)


def completed(events: list[Event]) -> Completed:
    last = events[-1]
    assert isinstance(last, Completed)
    assert last.text == "".join(e.text for e in events if isinstance(e, Delta))
    return last


async def test_names_stay_and_come_back(storage_home: Path, tmp_path: Path, server: RecordingServer) -> None:
    async with cloud(storage_home, tmp_path, server) as out:
        answer = completed(await out.ask(QUESTION))
        assert server.seen(["Margaret", "Oyelaran", "m.oyelaran"]) == []
        assert any("⟦PERSON_1⟧" in text for text in server.requests[0].texts())
        assert "⟦" not in answer.text
        privacy = answer.report.privacy
        assert (privacy.level, privacy.left, privacy.pseudonymised, privacy.unrestored) == ("confidential", True, 2, 0)
        assert answer.report.route.location == "cloud"
        (record,) = await out.trail(1)
        assert (record.entry.action, record.entry.pseudonymised, record.entry.attempt) == ("cleared", 2, 1)
        assert record.entry.digest is not None
        assert 'decision="cloud"' in out.house.metrics.exposition().decode()


BLOCKED: list[Callable[[], dict[str, object]]] = [
    lambda: {"messages": ("The door code of the plant room is 4711#.",)},
    lambda: {"messages": (Message("system", "The alarm code is 902144."), "Write a haiku about spring.")},
    lambda: {"messages": ("Write a haiku.",), "tools": (Tool("door", "Opens with the door code 4711#"),)},
]


@pytest.mark.parametrize("asked", BLOCKED)
async def test_what_is_blocked_never_leaves_and_that_is_on_record(
    storage_home: Path, tmp_path: Path, server: RecordingServer, asked: Callable[[], dict[str, object]]
) -> None:
    async with cloud(storage_home, tmp_path, server) as out:
        fields = asked()
        messages = fields.pop("messages")
        assert isinstance(messages, tuple)
        with pytest.raises(EgressRefused, match="the house"):
            await out.ask(*messages, **fields)  # type: ignore[arg-type]  # of the fields' types
        assert server.connections == []
        (record,) = await out.trail(1)
        assert (record.entry.action, record.entry.level) == ("refused", "restricted")
        assert 'decision="refused"' in out.house.metrics.exposition().decode()


async def test_without_consent_or_policy_nothing_leaves(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    async with cloud(storage_home, tmp_path, server) as out:
        with pytest.raises(EgressRefused, match="no consent"):
            await out.ask("Write a haiku about spring.", consent=None)
        out.policy.write_text("version: 8\n")
        out.house.privacy.policies.refresh()
        with pytest.raises(EgressRefused, match="no cloud rule"):
            await out.ask("Write a haiku about spring.")
        assert server.connections == []


async def test_unnamed_the_cloud_answers_only_when_home_cannot(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    """`auto` takes what is at home, whatever the policy allows."""
    async with cloud(storage_home, tmp_path, server) as out:
        answer = completed(await out.ask("Write a haiku about spring.", model="auto"))
        assert [(a.model, a.outcome) for a in answer.report.route.attempts] == [
            ("dead", "unreachable"),
            ("extractive", "answered"),
        ]
        assert server.connections == []


async def test_every_attempt_is_cleared_anew_and_a_cut_answer_is_no_success(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    async with cloud(storage_home, tmp_path, server) as out:
        server.broken = Fault("cut")
        with pytest.raises(UpstreamFailed):
            await out.ask(QUESTION)
        server.broken = None
        completed(await out.ask(QUESTION))
        records = await out.trail(3)
        assert [(r.entry.action, r.entry.attempt) for r in records] == [("cleared", 1), ("cleared", 2), ("cleared", 1)]
        assert len({r.entry.request_id for r in records}) == 2


async def test_dates_are_shifted_where_the_policy_says_so(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    asked = "Write a note: Margaret Oyelaran will come on 8 July 2025."
    async with cloud(storage_home, tmp_path, server) as out:
        completed(await out.ask(asked))
        assert "8 July 2025" in server.received.decode()
        out.policy.write_text(POLICY.replace("version: 7", "version: 8\nshift_numbers: true"))
        out.house.privacy.policies.refresh()
        answer = completed(await out.ask(asked))
        assert "8 July 2025" not in "".join(server.requests[-1].texts())
        assert "⟦" not in answer.text


async def test_calls_of_functions_come_back_with_originals(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    server.speech = Speech(calls=True, seed=1)
    schema = {"type": "object", "properties": {"recipient": {"type": "string"}}, "required": ["recipient"]}
    async with cloud(storage_home, tmp_path, server) as out:
        answer = completed(await out.ask(QUESTION, tools=(Tool("send_note", "Sends a note", schema),)))
        assert answer.finish_reason == "tool_calls"
        (call,) = answer.tool_calls
        assert call.name == "send_note"
        assert "⟦" not in call.arguments
        assert msgspec.json.decode(call.arguments)
        assert server.seen(["Margaret", "Oyelaran"]) == []
