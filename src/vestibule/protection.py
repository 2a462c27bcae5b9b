"""Builds what guards the house's privacy and keeps it up to date: detector, policy, gate, trail, ways out, erasure.

A part of the composition root, apart from it because it is the part to be read when privacy is in question: the sealing
key is made here and given to two objects only, the gate and the cloud transport.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from vestibule.buildings.site_names import SiteNames
from vestibule.core.clearance import Sealer
from vestibule.core.errors import VestibuleError
from vestibule.core.ports import Erasable
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Settings
from vestibule.erasure import Erasure, durable_parts
from vestibule.housekeeping import Housekeeping
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.check import Outside, PrivacyCheck
from vestibule.privacy.classification import Classifier
from vestibule.privacy.detection import Detector
from vestibule.privacy.detection.dictionaries import dictionaries_from
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.tagger import TaggerOnDemand
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.kinds import KINDS
from vestibule.storage.database import Database
from vestibule.storage.ownership import as_owner
from vestibule.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from vestibule.providers.cloud.images import ImageDoor
    from vestibule.providers.cloud.transport import CloudTransport

LOOK_EVERY_S = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Privacy:
    """`ways_out` lead to the providers that are not home, by their ids, `image_door` to images elsewhere, where those
    are fetched; `erasable` grows by what is held in memory."""

    detector: Detector
    tagger: TaggerOnDemand
    policies: PolicyStore
    classifier: Classifier
    gate: EgressGate
    keys: TenantKeys
    check: PrivacyCheck
    audit: Audit
    trail: Trail
    ways_out: Mapping[str, CloudTransport]
    image_door: ImageDoor | None = None
    erasable: list[Erasable] = field(default_factory=list)

    def level_of_document(self, text: str) -> PrivacyClass:
        return self.classifier.text(text, full=True).level

    def erasure(self) -> Erasure:
        return Erasure(self.erasable, self.audit, self.policies)


@asynccontextmanager
async def open_privacy(
    settings: Settings, database: Database, metrics: Metrics, closed: Callable[[], str] = lambda: ""
) -> AsyncIterator[Privacy]:
    """Build it all; follow the policy's file, the portfolios' names and what has had its time until closed. While
    `closed` gives a reason nothing leaves."""
    policies = PolicyStore(settings.policy_path)
    tagger = await asyncio.to_thread(TaggerOnDemand)
    detector = Detector(tagger=tagger, cache=settings.home / "cache")
    await asyncio.to_thread(detector.warm)
    keys = TenantKeys(database, settings.home)
    audit, trail = Audit(database, keys, settings.home, on_lost=metrics.audit_lost), Trail(database, settings.home)
    site = SiteNames(database)
    await _look_for(site, detector)
    await audit.start()
    sealer = Sealer()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(audit.close)
        ways_out = await stack.enter_async_context(_ways_out(settings, sealer))
        await stack.enter_async_context(_running("site names", _follow_site(site, detector)))
        await stack.enter_async_context(_running("policy", policies.watch()))
        housekeeping = Housekeeping(database, policies, trail, keys)
        lock = settings.home / "run" / "retention.lock"
        await stack.enter_async_context(_running("retention", as_owner(lock, housekeeping.run)))
        if ways_out:
            await stack.enter_async_context(_running("tagger", _load(tagger)))
        yield Privacy(
            detector=detector,
            tagger=tagger,
            policies=policies,
            classifier=Classifier(detector, policies),
            gate=EgressGate(sealer, detector, policies, audit, settings.home_hosts, closed=closed),
            keys=keys,
            check=PrivacyCheck(detector, policies, [Outside(p.id, p.region) for p in settings.outside]),
            audit=audit,
            trail=trail,
            ways_out=ways_out,
            image_door=_image_door(settings, sealer),
            erasable=durable_parts(database, settings.home, keys),
        )


@asynccontextmanager
async def _running(name: str, work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _load(tagger: TaggerOnDemand) -> None:
    """So that the first request to the cloud need not wait for it. Where it cannot be loaded none of them leaves."""
    try:
        await asyncio.to_thread(tagger.warm)
    except Exception as error:  # noqa: BLE001 whoever tags is told the same
        log.error("tagger_not_loaded", error=type(error).__name__)


@asynccontextmanager
async def _ways_out(settings: Settings, sealer: Sealer) -> AsyncIterator[Mapping[str, CloudTransport]]:
    """The ways to the providers that are not home, by their ids. A house that has none loads no client for them."""
    if not settings.outside:
        yield {}
        return
    from vestibule.providers.cloud.transport import CloudTransport

    door = CloudTransport(sealer)
    ways = {
        p.id: door.using(
            ApiKeys(p.keys, style=KINDS[p.kind].key_style),
            p.ca_file,
            connect_s=p.connect_s,
            patience=settings.longest_patience(p),
        )
        for p in settings.outside
    }
    try:
        yield ways
    finally:
        for way in ways.values():
            await way.close()
        await door.close()


def _image_door(settings: Settings, sealer: Sealer) -> ImageDoor | None:
    if not settings.images.fetch:
        return None
    from vestibule.providers.cloud.images import ImageDoor
    from vestibule.providers.cloud.transport import CloudTransport

    return ImageDoor(settings.images, CloudTransport(sealer).redeem)


async def _look_for(site: SiteNames, detector: Detector) -> None:
    rows = await site.changed()
    if rows is not None:
        detector.use(await asyncio.to_thread(dictionaries_from, rows))


async def _follow_site(site: SiteNames, detector: Detector) -> None:
    """Names of an imported portfolio are looked for a moment later. While the database is away the known ones stay."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            await _look_for(site, detector)
        except VestibuleError as error:
            log.warning("site_names_unread", reason=str(error))
