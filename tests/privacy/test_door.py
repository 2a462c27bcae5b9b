"""From the request to the wire: gate, audit trail in PostgreSQL, cloud transport and a recording cloud on a socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.providers.cloud.conftest import Cloud, cloud, reply, sends
from vestibule.core.chat import Message, Sampling
from vestibule.core.clearance import Sealer
from vestibule.core.errors import EgressRefused
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.pseudonyms import pseudonymise
from vestibule.privacy.rereading import find_all
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.storage.database import Database

OPEN = (
    "version: 7\nconsent: {tenants: [%s]}\n"
    "cloud:\n- {refuse: [internal, confidential], buildings: [hospital]}\n"
    "- {allow: [internal, confidential], providers: [far], regions: [eu]}\n"
)
ANSWER = (
    b'data: {"choices": [{"delta": {"content": "Write to ' + "⟦EMAIL_1⟧".encode() + b'."}, "finish_reason": "stop"}]}'
    b"\n\ndata: [DONE]\n\n"
)
DETECTOR = Detector()


class House:
    def __init__(self, server: Cloud, tenant: str, audit: Audit, trail: Trail, policies: PolicyStore) -> None:
        self.server, self.tenant, self.trail, self.policies = server, tenant, trail, policies
        sealer = Sealer()
        self.gate = EgressGate(sealer, DETECTOR, policies, audit)
        self.transport = CloudTransport(sealer).using(ApiKeys(["env:KEY"], {"KEY": "sk-test"}))
        self.provider = OpenAIProvider("far", f"http://127.0.0.1:{server.port}/v1", self.transport, cloud=True)

    async def ask(self, text: str, *, tenant: str | None = None, buildings: tuple[str, ...] = ()) -> str:
        asked = (Message("user", text),)
        request = ModelRequest(asked, prompt=asked, sampling=Sampling(max_tokens=512))
        sent = pseudonymise(request, find_all(DETECTOR, self.policies.current))
        cleared = await self.gate.clear(
            self.provider.encode(sent.request, "gpt"),
            self.provider.destination,
            model="gpt",
            provider="far",
            region="eu",
            tenant=tenant or self.tenant,
            who="key-1",
            classification=Classification(PrivacyClass.INTERNAL),
            request_id="chatcmpl-1",
            pseudonyms_count=sent.pseudonyms.count,
            buildings=buildings,
        )
        restorer = sent.pseudonyms.restorer()
        text = "".join([restorer.feed(chunk.text) async for chunk in self.provider.send(cleared)])
        return text + restorer.finish()


@pytest.fixture
async def house(database: Database, tenant: str, storage_home: Path, tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "policy.yaml").write_text(OPEN % tenant)
    audit = Audit(database, TenantKeys(database, storage_home), storage_home)
    await audit.start()
    async with cloud(sends(reply(ANSWER))) as server:
        made = House(server, tenant, audit, Trail(database, storage_home), PolicyStore(tmp_path / "policy.yaml"))
        yield made
        await made.transport.close()
    await audit.close()


async def test_what_leaves_is_pseudonymised_recorded_and_restored(house: House) -> None:
    assert await house.ask("Whom do I ask, m.berg@example.org?") == "Write to m.berg@example.org."
    head, body = house.server.requests[0]
    assert "Authorization: Bearer sk-test" in head
    assert json.loads(body)["messages"] == [{"role": "user", "content": "Whom do I ask, ⟦EMAIL_1⟧?"}]
    record = (await house.trail.newest(house.tenant, 1))[0].entry
    assert (record.action, record.level, record.pseudonymised) == ("cleared", "confidential", 1)
    assert record.policy == house.policies.current.id
    assert record.destination == f"http://127.0.0.1:{house.server.port}"
    assert "m.berg" not in repr(record)


async def test_each_lock_holds_by_itself(house: House) -> None:
    with pytest.raises(EgressRefused, match="no consent"):
        await house.ask("How do chillers work?", tenant="someone-else")
    with pytest.raises(EgressRefused, match="cloud rule 1 refuses internal"):
        await house.ask("How do chillers work?", buildings=("hospital",))
    with pytest.raises(EgressRefused):
        await house.ask("The alarm code is 902144.")
    (house.policies._path or Path()).write_text("version: 8\n")
    house.policies.refresh()
    with pytest.raises(EgressRefused, match="no cloud rule"):
        await house.ask("How do chillers work?")
    assert (house.server.connections, house.server.requests) == (0, [])
