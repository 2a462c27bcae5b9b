"""Forgets what has had its time, as the policy's retention says. Runs beside the server, an hour between two rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from vestibule.batches import BatchStore
from vestibule.conversations import ResponseStore
from vestibule.core.errors import VestibuleError
from vestibule.files import LIFE, FileStore
from vestibule.monitoring.erasure import RequestRecords
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.policy import PolicyStore
from vestibule.privacy.pseudonyms.vault import Vault
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database

FIRST_S = 60.0
BETWEEN_S = 3600.0
BATCHES_STAY = LIFE + timedelta(days=1)  # longer than the files of the longest

log = structlog.get_logger(__name__)


class Housekeeping:
    def __init__(self, database: Database, policies: PolicyStore, trail: Trail, keys: TenantKeys) -> None:
        self._policies = policies
        self._trail = trail
        self._requests = RequestRecords(database)
        self._vault = Vault(database, keys)
        self._responses = ResponseStore(database, keys)
        self._files = FileStore(database, keys, 0)
        self._batches = BatchStore(database, keys)

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """A round a while after the start and then every hour, until cancelled."""
        await pause(FIRST_S)
        while True:
            await self.round(datetime.now(UTC))
            await pause(BETWEEN_S)

    async def round(self, now: datetime) -> None:
        """Forget what is too old by `now`. A part that cannot is tried again in the next round."""
        retention = self._policies.current.terms.retention
        parts: dict[str, Callable[[], Awaitable[object]]] = {
            "request records": lambda: self._requests.expire(now - timedelta(days=retention.request_days)),
            "sealed pseudonyms": lambda: self._vault.expire(now),
            "stored responses": lambda: self._responses.expire(now),
            "files": lambda: self._files.expire(now),
            "batches": lambda: self._batches.expire(now - BATCHES_STAY),
            "audit records": lambda: self._prune(now - timedelta(days=retention.audit_days)),
        }
        for name, forget in parts.items():
            try:
                await forget()
            except VestibuleError as error:
                log.warning("retention_failed", part=name, reason=str(error))

    async def _prune(self, before: datetime) -> None:
        """Only where there is something: a trail is verified whole before anything of it is forgotten."""
        if await self._trail.has_older(before):
            await self._trail.prune(before)
