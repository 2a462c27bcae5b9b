"""Requests to a house of two workers whose configuration changes all the time, while its workers are replaced.

Every version tells the model two things, a system prompt and a temperature, and both name its content; each answer
names the version it was made with. What was dropped, and what was made of two versions, is counted.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
from dataclasses import dataclass, field

from tests.serving.driving import Connection, Running
from vestibule.configuration.office import Office
from vestibule.core.configuration import Document
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.tuning import office

CONNECTIONS = 8


@dataclass
class Outcome:
    """`answers` are the version each answer named and what the model had been told; `versions` how many
    were live, what is shipped among them."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    versions: int = 0
    rollbacks: int = 0
    restarts: int = 0

    def __str__(self) -> str:
        seen = len({version for version, _ in self.answers})
        return (
            f"{len(self.answers)} answers by {seen} of {self.versions} versions ({self.rollbacks} rollbacks), "
            f"workers replaced {self.restarts} times: {len(self.dropped)} dropped, {len(self.mixed)} mixed"
        )


async def drive(running: Running, requests: int, restarts: int, seed: int = 1) -> Outcome:
    """Ask `requests` times, with so many `restarts` of all workers meanwhile, and compare every answer."""
    outcome, lot = Outcome(restarts=restarts), random.Random(seed)
    await running.until_told("READY=1")
    settings = Settings.load(None, {**os.environ, "VESTIBULE_HOME": str(running.product.home)})
    database = await Database.open(settings)
    try:
        made = office(settings, database)
        left = itertools.count(requests, -1)
        changing = asyncio.create_task(_change(made, lot, outcome))
        restarting = asyncio.create_task(_restart(running, restarts))
        await asyncio.gather(*(_ask(running, left, outcome, restarting) for _ in range(CONNECTIONS)))
        await restarting
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
        if changing.done() and not changing.cancelled() and (error := changing.exception()):
            raise error
        await _compare(made, outcome)
    finally:
        await database.close()
    return outcome


async def _ask(running: Running, left: itertools.count[int], outcome: Outcome, work: asyncio.Task[None]) -> None:
    """One request after the other, also beyond the last of them while workers are still being replaced."""
    connection: Connection | None = None
    while (number := next(left)) > 0 or not work.done():
        try:
            connection = connection or await Connection.open(running.product.port)
            status, body = await connection.ask(running.key, "fast", f"question {number}", stream=False)
        except (OSError, asyncio.IncompleteReadError) as error:
            outcome.dropped.append(type(error).__name__)
            connection = None
            continue
        if status == 200:
            answer = json.loads(body)
            version = answer["vestibule"]["route"]["config_version"]
            outcome.answers.append((version, answer["choices"][0]["message"]["content"]))
        else:
            outcome.dropped.append(body.decode()[:300])
        connection = connection if connection.stays else None
    if connection:
        await connection.close()


async def _change(made: Office, lot: random.Random, outcome: Outcome) -> None:
    """A new version, or an old one again, as fast as the workers take them up."""
    live: list[int] = []
    for mark in itertools.count(1):
        if live and lot.random() < 0.3:
            applied = await made.rollback(lot.choice(live), author="test", reason="again")
            outcome.rollbacks += 1
        else:
            applied = await made.apply(_content(mark), author="test", reason=f"number {mark}")
        if applied.version.number not in live:
            live.append(applied.version.number)


async def _restart(running: Running, restarts: int) -> None:
    for _ in range(restarts):
        os.kill(running.pid, signal.SIGHUP)
        await running.until_told("READY=1", 300)


async def _compare(made: Office, outcome: Outcome) -> None:
    outcome.versions = 1 + sum(version.live_at is not None for version in await made.versions.newest(1_000_000))
    known: dict[int, str] = {}
    for version, said in outcome.answers:
        if version not in known:
            known[version] = _told(await made.document(version))
        if said != known[version]:
            outcome.mixed.append(f"version {version} says {known[version]!r}, and the model was told {said!r}")


def _content(mark: int) -> bytes:
    return (
        f"prompts: {{system: mark-{mark}}}\n"
        f"presets: {{tasks: {{coordination: {{temperature: {_temperature(mark)}}}}}}}\n"
    ).encode()


def _temperature(mark: int) -> float:
    return (mark % 20_000) / 10_000


def _told(document: Document) -> str:
    preset = document.presets.tasks.get("coordination")
    return f"{document.prompts.get('system', 'nothing')} {preset.temperature if preset else None}"
