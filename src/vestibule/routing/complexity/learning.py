"""Learns from what came of answers, for all workers and over restarts: readers' ratings and checks, each once.

What is believed of a model is a few numbers by its id: nothing in it is a tenant's. Knows nothing of how it is moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import psycopg
import structlog

from vestibule.core.errors import VestibuleError
from vestibule.routing.complexity.expectation import Belief, Expectation, Outcome
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

EVERY_S = 30.0
CHECK_WEIGHT = 0.3
"""Checks see what is wrong with an answer's form and its sources, not whether it was the right one; readers do."""
BATCH = 500

_COLUMNS = ", ".join(Belief.__struct_fields__)
_KEEP = (
    f"INSERT INTO model_beliefs (model, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    f" ON CONFLICT (model) DO UPDATE SET ({_COLUMNS}, moved_at)"
    f" = ({', '.join(f'excluded.{column}' for column in Belief.__struct_fields__)}, now())"
)
# a rating counts once, as it was when it was learnt from; who changes it again does not count twice
_RATED = (
    "UPDATE feedback SET learnt = true FROM requests WHERE requests.id = request_id AND NOT feedback.learnt"
    " RETURNING answered_by, difficulty, (thumb + 1) / 2.0::double precision, 1.0::double precision"
)
_CHECKED = (
    "UPDATE requests SET learnt = true WHERE id IN (SELECT id FROM requests WHERE quality IS NOT NULL"
    f" AND difficulty IS NOT NULL AND answered_by IS NOT NULL AND NOT learnt LIMIT {BATCH} FOR UPDATE SKIP LOCKED)"
    f" RETURNING answered_by, difficulty, quality, {CHECK_WEIGHT}::double precision"
)

log = structlog.get_logger(__name__)


class Learning:
    def __init__(self, database: Database, expectation: Expectation) -> None:
        self._database = database
        self._expectation = expectation

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Learn, keep and read every half minute, and once more at the end; what cannot be kept now is kept then."""
        task = asyncio.create_task(self._go_on(), name="model_beliefs")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._try_to_share()

    async def _go_on(self) -> None:
        while True:
            await self._try_to_share()
            await asyncio.sleep(EVERY_S)

    async def _try_to_share(self) -> None:
        try:
            await self.share()
        except (VestibuleError, psycopg.Error) as error:
            log.warning("outcomes wait", reason=type(error).__name__)

    async def share(self) -> None:
        """Add what was learnt here and what is new in the database to what is kept, and believe what all came to."""
        outcomes = self._expectation.taken()
        try:
            beliefs = await self._keep(outcomes)
        except BaseException:
            self._expectation.put_back(outcomes)
            raise
        self._expectation.become(beliefs)

    async def _keep(self, learnt_here: list[Outcome]) -> dict[str, Belief]:
        async with self._database.owner() as connection:
            outcomes = [*learnt_here, *await _claimed(connection)]
            if outcomes:
                # one writer at a time, also of a model nobody has written yet
                await connection.execute("LOCK TABLE model_beliefs IN SHARE ROW EXCLUSIVE MODE")
            found = await connection.execute(f"SELECT model, {_COLUMNS} FROM model_beliefs")
            beliefs = {row[0]: Belief(*row[1:]) for row in await found.fetchall()}
            for outcome in outcomes:
                beliefs[outcome.model] = self._expectation.after(outcome, beliefs.get(outcome.model))
            for model in {outcome.model for outcome in outcomes}:
                await connection.execute(_KEEP, [model, *msgspec.structs.astuple(beliefs[model])])
            return beliefs

    async def forget(self, model: str) -> None:
        """Begin anew with a model: another one stands behind its id now."""
        async with self._database.owner() as connection:
            await connection.execute("DELETE FROM model_beliefs WHERE model = %s", [model])
        await self.share()


async def _claimed(connection: Connection) -> list[Outcome]:
    """What came of answers since, for this transaction alone. A rating of a model that the caller named teaches
    nothing: how difficult the request was is not known."""
    found = []
    for statement in (_RATED, _CHECKED):
        for model, difficulty, good, weight in await (await connection.execute(statement)).fetchall():
            if model is not None and difficulty is not None:
                found.append(Outcome(model, difficulty, min(max(good, 0.0), 1.0), weight))
    return found
