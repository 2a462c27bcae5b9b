"""A house whose `vestibule.yaml` names a provider outside: what leaves, what comes back, and what stays."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.deepseek_chat import DeepSeekChat
from tests.egress.servers.dialects import Dialect
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.server import RecordingServer
from vestibule.app import open_house
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.settings import Settings

POLICY = """
version: 2
consent: {required: false}
cloud: [{allow: [public, internal, confidential], providers: [far], regions: [eu]}]
"""
CONFIGURATION = """
providers:
  - {{id: far, kind: {kind}, url: "{url}", keys: ["file:{key}"], cloud: true, region: eu, ca_file: "{ca_file}"}}
models:
  - {{id: far-model, provider: far, name: {name}}}
policy: "{policy}"
"""
DIALECTS: dict[str, tuple[Dialect, str]] = {
    "deepseek": (DeepSeekChat(), "deepseek-reasoner"),
    "gemini": (GeminiNative(), "gemini-2.5-flash"),
}


def settings(folder: Path, storage_home: Path, kind: str, url: str, ca_file: Path) -> Settings:
    (folder / "key").write_text("right\n")
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "vestibule.yaml").write_text(
        CONFIGURATION.format(
            kind=kind,
            url=url,
            key=folder / "key",
            ca_file=ca_file,
            name=DIALECTS[kind][1],
            policy=folder / "policy.yaml",
        )
    )
    return Settings.load(folder / "vestibule.yaml", {"VESTIBULE_HOME": str(storage_home)})


def ask(text: str) -> ChatRequest:
    return ChatRequest("far-model", (Message("user", text),), options=Options(knowledge=False))


@pytest.mark.parametrize("kind", list(DIALECTS))
async def test_a_provider_outside_answers_through_the_gate(storage_home: Path, tmp_path: Path, kind: str) -> None:
    certificates = Certificates.make(tmp_path)
    with RecordingServer(DIALECTS[kind][0], certificates, key="right") as server:
        wanted = settings(tmp_path, storage_home, kind, server.base_url, certificates.ca_file)
        async with open_house(wanted, open_to_loopback=False) as house:
            issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
            credential = Credential(issued.token)
            question = ask("Write a short note to Maria Lindqvist that the filters were changed.")
            last = [event async for event in house.pipeline.run(credential, question)][-1]
            assert isinstance(last, Completed)
            report = last.report
            assert (report.route.provider, report.route.location, last.finish_reason) == ("far", "cloud", "stop")
            assert (report.privacy.left, report.privacy.pseudonymised) == (True, 1)
            assert last.usage.completion_tokens > 0
            said = server.speech.said[0]
            assert last.text == said.replace("⟦PERSON_1⟧", "Maria Lindqvist")
            assert server.seen(["Lindqvist"]) == []
            with pytest.raises(EgressRefused):
                async for _ in house.pipeline.run(
                    credential, ask("The alarm code of the lobby is 902144, is it safe?")
                ):
                    pass
        assert len(server.requests) == 1


async def test_a_rejected_key_is_shown_and_a_new_one_taken_without_a_restart(
    storage_home: Path, tmp_path: Path
) -> None:
    certificates = Certificates.make(tmp_path)
    with RecordingServer(DeepSeekChat(), certificates, key="right") as server:
        wanted = settings(tmp_path, storage_home, "deepseek", server.base_url, certificates.ca_file)
        (tmp_path / "key").write_text("sk-of-yesterday\n")
        async with open_house(wanted, open_to_loopback=False) as house:
            credential = Credential((await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])).token)
            question = ask("How does an economiser work?")
            with pytest.raises(UpstreamFailed, match="did not accept the API key"):
                async for _ in house.pipeline.run(credential, question):
                    pass
            keys = (await house.readiness())["keys"]
            assert keys.ok
            assert keys.reason.startswith("far: 1 of 1 key rests for another ")
            assert f"(the file {tmp_path / 'key'} was rejected)" in keys.reason
            assert "yesterday" not in keys.reason
            (tmp_path / "key").write_text("right\n")
            assert isinstance([event async for event in house.pipeline.run(credential, question)][-1], Completed)
            assert (await house.readiness())["keys"].reason == ""


async def test_the_next_key_answers_the_same_request(storage_home: Path, tmp_path: Path) -> None:
    """Each try is cleared anew: two records, two requests, one answer."""
    certificates = Certificates.make(tmp_path)
    with RecordingServer(DeepSeekChat(), certificates, key="right") as server:
        settings(tmp_path, storage_home, "deepseek", server.base_url, certificates.ca_file)
        path = tmp_path / "vestibule.yaml"
        (tmp_path / "old").write_text("sk-of-yesterday\n")
        path.write_text(path.read_text().replace('keys: ["', f'keys: ["file:{tmp_path / "old"}", "'))
        wanted = Settings.load(path, {"VESTIBULE_HOME": str(storage_home)})
        async with open_house(wanted, open_to_loopback=False) as house:
            credential = Credential((await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])).token)
            question = ask("How does an economiser work?")
            last = [event async for event in house.pipeline.run(credential, question)][-1]
            assert isinstance(last, Completed)
            assert last.text == server.speech.said[-1]
            assert [attempt.outcome for attempt in last.report.route.attempts] == ["key", "answered"]
            assert (await house.readiness())["keys"].reason.startswith("far: 1 of 2 keys rests for another ")
    assert [request.headers["authorization"][7:] for request in server.requests] == ["sk-of-yesterday", "right"]
