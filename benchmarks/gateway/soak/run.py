"""The soak itself: sessions at work, a watch over what the server holds, and the report in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec
from benchmarks.gateway.checks import unproven
from benchmarks.gateway.soak.client import Session, Unexpected
from benchmarks.gateway.soak.house import Held, House, house
from benchmarks.gateway.soak.kinds import KINDS, Kind
from benchmarks.gateway.soak.ledger import SETTLING_S, books, disagreements, usage
from benchmarks.gateway.soak.tally import Tally, now, window

PAUSE_S = 1.0
"""Between two requests of a session, on average."""
WATCHED_EVERY_S = 2.0
WINDOW_S = 120.0
ANSWER_S = 120.0
LEFT_BEHIND = 16
"""Sockets and tasks that may be more in the end than at the beginning: connections kept for the next request."""


class Report(msgspec.Struct, frozen=True):
    """`wrong` is empty where all was well. `first` and `last` are the ends of the soak, `window_s` long each; `ready`
    and `after` what the server held before the first request and after the last one."""

    at: str
    seconds: float
    sessions: int
    requests: dict[str, int]
    refusals: dict[str, int]
    errors: dict[str, int]
    wrong: list[str]
    books: dict[str, int]
    window_s: float
    first: dict[str, object]
    last: dict[str, object]
    ready: dict[str, float]
    after: dict[str, float]


def soak(
    folder: Path, seconds: float, sessions: int, *, seed: int = 0, pause_s: float = PAUSE_S, only: Sequence[str] = ()
) -> Report:
    """Of the kinds named `only`, or of all, on a server whose home is `folder`/home."""
    deck = {kind: times for kind, times in KINDS.items() if not only or kind.__name__ in only}
    with house(folder) as opened:
        return asyncio.run(_soak(opened, deck, seconds, sessions, seed, pause_s))


async def _soak(
    opened: House, deck: Mapping[Kind, int], seconds: float, sessions: int, seed: int, pause_s: float
) -> Report:
    tally = Tally()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as http:
        reached, ready, begun = opened.reached(), await opened.held(), now()
        until = begun + seconds
        at_work = [Session(opened, http, tally, number, seed) for number in range(sessions)]
        watching = asyncio.create_task(_watch(opened, tally))
        await asyncio.gather(*(_keep_asking(session, deck, until, pause_s) for session in at_work))
        watching.cancel()
        ended = now()
    await asyncio.sleep(SETTLING_S)
    after, used = await opened.held(), await usage(opened)
    found = await books(opened)
    wrong = disagreements(found, tally, used=used, reached=opened.reached() - reached)
    wrong += await asyncio.to_thread(unproven, opened.home)
    stretch = min(WINDOW_S, seconds / 4)
    return Report(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(ended - begun, 1),
        sessions=sessions,
        requests=dict(sorted(tally.asked.items())),
        refusals=dict(sorted(tally.refused.items())),
        errors=dict(tally.wrong),
        wrong=[*(f"{kind}: {what}" for kind, what in tally.examples.items()), *wrong, *_left_behind(ready, after)],
        books=msgspec.structs.asdict(found),
        window_s=stretch,
        first=asdict(window(tally, begun, begun + stretch)),
        last=asdict(window(tally, ended - stretch, ended)),
        ready=asdict(ready),
        after=asdict(after),
    )


async def _keep_asking(session: Session, deck: Mapping[Kind, int], until: float, pause_s: float) -> None:
    """Each session begins with another kind, so that all of them come, however short the soak is."""
    kinds = list(deck)
    kind = kinds[session.number % len(kinds)]
    while now() < until:
        await _do(session, kind)
        await asyncio.sleep(session.chance.uniform(0, 2 * pause_s))
        (kind,) = session.chance.choices(kinds, list(deck.values()))


async def _do(session: Session, kind: Kind) -> None:
    name = kind.__name__
    session.tally.asked[name] += 1
    try:
        await kind(session)
    except Unexpected as error:
        session.tally.note_wrong(name, str(error))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        session.tally.note_wrong(name, f"the client got {type(error).__name__}: {error}")
    except (KeyError, IndexError, TypeError, ValueError) as error:  # a reply of another shape than published
        session.tally.note_wrong(name, f"a reply of another shape: {type(error).__name__}")


async def _watch(opened: House, tally: Tally) -> None:
    while True:
        tally.held.append((now(), await opened.held()))
        await asyncio.sleep(WATCHED_EVERY_S)


def _left_behind(ready: Held, after: Held) -> list[str]:
    before_after = {name: (getattr(ready, name), getattr(after, name)) for name in ("sockets", "tasks")}
    return [
        f"{name} left behind: {now_} instead of {then}"
        for name, (then, now_) in before_after.items()
        if now_ > then + LEFT_BEHIND
    ]
