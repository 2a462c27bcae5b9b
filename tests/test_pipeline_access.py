"""What a key may ask and be shown, in the whole flow; and that what is taken away stops an answer being told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_pipeline import QUESTION, ask, house, outcomes
from vestibule.access.keys import IssuedKey
from vestibule.access.terms import Terms
from vestibule.app import House
from vestibule.core.answer import Completed, Event, Opened
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.errors import Forbidden, NotFound, Unauthorized
from vestibule.core.sensitivity import PrivacyClass

CONTACTS = b"# Pump contacts\n\nFor the isolation of pump P-7 call Anna Berg, anna.berg@example.org, before.\n"
WHOM = "Whom do I call before the isolation of pump P-7?"


async def limited(opened: House, tenant: str, **terms: object) -> IssuedKey:
    return await opened.keys.create(tenant, ["inference"], terms=Terms(**terms))  # type: ignore[arg-type]


async def run(opened: House, issued: IssuedKey, request: ChatRequest) -> Completed:
    events: list[Event] = [e async for e in opened.pipeline.run(Credential(issued.token), request)]
    assert isinstance(events[-1], Completed)
    return events[-1]


async def test_other_models_are_refused_by_the_names_there_are(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        tenant = issued.key.tenant
        key = await limited(opened, tenant, models=("auto",))
        with pytest.raises(Forbidden, match=r"`extractive`.*`auto`") as refusal:
            await run(opened, key, ask(QUESTION, "extractive"))
        assert refusal.value.param == "model"
        assert (await run(opened, key, ask(QUESTION))).model == "extractive"
        assert [outcome for outcome, _ in await outcomes(opened, tenant, 2)] == ["refused", "answered"]


async def test_nobody_asks_above_their_class(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        key = await limited(opened, issued.key.tenant, clearance=PrivacyClass.INTERNAL)
        with pytest.raises(Forbidden, match="confidential"):
            await run(opened, key, ask("Write to anna.berg@example.org that pump P-7 is isolated."))
        assert (await run(opened, key, ask(QUESTION))).report.privacy.level in ("public", "internal")


async def test_nothing_above_their_class_is_shown_fresh_or_remembered(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        tenant = issued.key.tenant
        await opened.knowledge.accept(tenant, "contacts.md", CONTACTS)
        await opened.knowledge.work(building_names=opened.buildings.names)
        key = await limited(opened, tenant, clearance=PrivacyClass.INTERNAL)
        for _ in range(2):
            told = await run(opened, issued, ask(WHOM))
            assert "anna.berg" in told.text
            kept_back = await run(opened, key, ask(WHOM))
            assert "anna.berg" not in kept_back.text
            assert "contacts.md" not in str([citation.title for citation in kept_back.report.citations])
            assert PrivacyClass.parse(kept_back.report.privacy.level) <= PrivacyClass.INTERNAL
        assert told.report.cache.status == "hit", "and what the others are told is not spoilt by it"
        fresh = await limited(opened, tenant, clearance=PrivacyClass.PUBLIC)
        with pytest.raises((Forbidden, NotFound)):
            await run(opened, fresh, ask(WHOM, cache="only"))


async def test_a_revoked_key_stops_at_the_next_piece(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        events = opened.pipeline.run(Credential(issued.token), ask(QUESTION))
        assert isinstance(await anext(events), Opened)
        await opened.keys.revoke(issued.key.id)
        with pytest.raises(Unauthorized, match="revoked"):
            await anext(events)
        assert [outcome for outcome, _ in await outcomes(opened, issued.key.tenant, 1)] == ["refused"]
