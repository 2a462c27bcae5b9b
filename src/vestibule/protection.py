"""Builds what guards the house's privacy and keeps it up to date: detector, policy, gate, trail, ways out, erasure.

A part of the composition root, apart from it because it is the part to be read when privacy is in question: the sealing
key is made here and given to two objects only, the gate and the cloud transport.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

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
from vestibule.privacy.tagger import Tagger
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.kinds import KINDS
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

LOOK_EVERY_S = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Privacy:
    """`ways_out` lead to the providers that are not home, by their ids; `erasable` grows by what is held in memory."""

    detector: Detector
    policies: PolicyStore
    classifier: Classifier
    gate: EgressGate
    keys: TenantKeys
    check: PrivacyCheck
    audit: Audit
    trail: Trail
    ways_out: Mapping[str, CloudTransport]
    erasable: list[Erasable] = field(default_factory=list)

    def level_of_document(self, text: str) -> PrivacyClass:
        return self.classifier.text(text, full=True).level

    def erasure(self) -> Erasure:
        return Erasure(self.erasable, self.audit, self.policies)


@asynccontextmanager
async def open_privacy(settings: Settings, database: Database, metrics: Metrics) -> AsyncIterator[Privacy]:
    """Build it all; follow the policy's file, the portfolios' names and what has had its time until closed."""
    policies = PolicyStore(settings.policy_path)
    detector = Detector(tagger=await asyncio.to_thread(Tagger.load), cache=settings.home / "cache")
    await asyncio.to_thread(detector.warm)
    keys = TenantKeys(database, settings.home)
    audit, trail = Audit(database, keys, settings.home, on_lost=metrics.audit_lost), Trail(database, settings.home)
    site = SiteNames(database)
    await _look_for(site, detector)
    await audit.start()
    sealer = Sealer()
    door = CloudTransport(sealer)
    privacy = Privacy(
        detector=detector,
        policies=policies,
        classifier=Classifier(detector, policies),
        gate=EgressGate(sealer, detector, policies, audit, settings.home_hosts),
        keys=keys,
        check=PrivacyCheck(detector, policies, [Outside(p.id, p.region) for p in settings.outside]),
        audit=audit,
        trail=trail,
        ways_out={
            p.id: door.using(ApiKeys(p.keys, style=KINDS[p.kind].key_style), p.ca_file) for p in settings.outside
        },
        erasable=durable_parts(database, settings.home, keys),
    )
    housekeeping = Housekeeping(database, policies, trail, keys)
    followers = [
        asyncio.create_task(_follow_site(site, detector), name="site names"),
        asyncio.create_task(policies.watch(), name="policy"),
        asyncio.create_task(housekeeping.run(), name="retention"),
    ]
    try:
        yield privacy
    finally:
        for task in followers:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for way in privacy.ways_out.values():
            await way.close()
        await door.close()
        await audit.close()


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
