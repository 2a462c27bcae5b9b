"""The table of faults: each one done to each kind of provider, through the whole product over HTTP, and judged.

`python -m tests.laboratory.table [--kinds openai,…] [--rows WORD] [--write]`. A product is started per kind of
provider; where another model may answer, that is a real llama.cpp.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from tests.laboratory.asking import Got, ask
from tests.laboratory.product import Running, product
from tests.laboratory.rows import ROWS, Judged, Outcome, Row, judge
from tests.laboratory.special import specials
from tests.laboratory.speeches import KNOWN
from tests.laboratory.subjects import CLOUDS, KINDS, Subject, at_home, outside

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "providers" / "faults.md"
RECOVERS_S = 30.0
BACKUP = "backup"
TASK = "lookup"


class Round:
    """All rows of one subject, in one running product."""

    def __init__(self, subject: Subject, running: Running, session: aiohttp.ClientSession, *, cloud: bool) -> None:
        self._subject = subject
        self._running = running
        self._session = session
        self._cloud = cloud
        self._texts: dict[str, str] = {}

    async def run(self, rows: Sequence[Row]) -> AsyncIterator[Judged]:
        await self._learn()
        for row in rows:
            if self._subject.kind.partition(",")[0] in row.without or not all(map(self._subject.can, row.faults)):
                continue
            if not self._cloud:
                yield await self._row(row, alone=False)
            if row.alone:
                yield await self._row(row, alone=True)

    async def _learn(self) -> None:
        """What each model says when nothing is wrong; from then on `auto` asks the subject first."""
        for model in (self._subject.model,) if self._cloud else (self._subject.model, BACKUP):
            self._texts[model] = (await self._until_whole(model)).text
        if self._subject.kind != "llama.cpp" and self._texts[self._subject.model] != KNOWN:
            raise RuntimeError(f"{self._subject.kind} does not say its text: {self._texts}")
        if not self._cloud:
            rule = {"prefer": [self._subject.model], "quality": 0.0, "first_token_s": 60.0}
            await asyncio.to_thread(self._running.apply, {"routes": {"tasks": {TASK: rule}}})

    async def _row(self, row: Row, *, alone: bool) -> Judged:
        self._subject.arrange((), persistent=False)
        await self._until_whole(self._subject.model)
        self._subject.arrange(row.faults, persistent=row.persistent)
        self._subject.mark()
        got = await self._ask(self._subject.model if alone else "auto")
        await asyncio.sleep(0.1)  # the server notices that a connection was closed
        outcome = Outcome(got, self._subject.seen(), self._texts, self._subject.model, alone, row.unnamed)
        return judge(self._subject.kind, row, outcome)

    async def _until_whole(self, model: str) -> Got:
        """The answer of the model itself once it is well again, which it must be soon after it is mended."""
        until = time.monotonic() + RECOVERS_S
        while True:
            got = await self._ask(model)
            if got.ending == "whole":
                return got
            if time.monotonic() > until:
                raise RuntimeError(f"{model} of {self._subject.kind} did not recover: {got}")
            await asyncio.sleep(0.3)

    async def _ask(self, model: str) -> Got:
        asked = {"privacy": {"consent": True}} if self._cloud else {"route": {"task": TASK}}
        return await ask(self._session, self._running.url, model, key=self._running.key, vestibule=asked)


def judged(
    kind: str, rows: Sequence[Row] = ROWS, *, cloud: bool = False, on_row: Callable[[Judged], None] = lambda one: None
) -> list[Judged]:
    """Every row that a provider of that kind can have, in the order of the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        subject = stack.enter_context(outside(kind, folder) if cloud else at_home(kind))
        running = stack.enter_context(product(subject.site))
        return asyncio.run(_judged(subject, running, rows, cloud, on_row))


async def _judged(
    subject: Subject, running: Running, rows: Sequence[Row], cloud: bool, on_row: Callable[[Judged], None]
) -> list[Judged]:
    found = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        async for one in Round(subject, running, session, cloud=cloud).run(rows):
            found.append(one)
            on_row(one)
    return found


def _show(one: Judged) -> None:
    print(f"{one.kind:18} {_way(one):6} {one.title:46} {one.verdict}", file=sys.stderr, flush=True)


def _way(one: Judged) -> str:
    return "alone" if one.outcome.alone else "auto"


def markdown(found: Sequence[Judged]) -> str:
    failed = sum(bool(one.problems) for one in found)
    lines = [
        "# Faults, through the whole product over HTTP",
        "",
        "`auto`: another model may answer, a real llama.cpp run by the product. `alone`: the model was named. Limits",
        "in this run: 2 s for the first word, 2 s between two.",
        "",
        f"{len(found)} outcomes, {failed} of them not as they should be.",
        "",
        "| Provider | Asked | Fault | Verdict | What the client got | What the provider saw |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        cells = (one.kind, _way(one), one.title, one.verdict, str(one.outcome.got), str(one.outcome.seen))
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default=",".join(KINDS), help="at home, before a real llama.cpp")
    parser.add_argument("--clouds", default=",".join(CLOUDS), help="outside, over TLS")
    parser.add_argument("--rows", default="", help="only those whose title contains this, or `two servers`")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    rows = [row for row in ROWS if asked.rows in row.title]
    kinds, clouds = ([k for k in names.split(",") if k] for names in (asked.kinds, asked.clouds))
    wanted = [*((kind, False) for kind in kinds), *((kind, True) for kind in clouds)]
    found = [one for kind, cloud in wanted for one in judged(kind, rows, cloud=cloud, on_row=_show)]
    for one in specials() if asked.rows in ("", "two servers") else ():
        _show(one)
        found.append(one)
    written = markdown(found)
    print(written)
    if asked.write:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(written)
    sys.exit(any(one.problems for one in found))


if __name__ == "__main__":
    main()
