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
from vestibule.core.errors import EgressRefused
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
