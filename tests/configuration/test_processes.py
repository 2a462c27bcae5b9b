"""Workers in processes of their own under versions that come and go, and workers that are killed: each is whole."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.configuration.conftest import Home, until
from vestibule.core.errors import Unavailable

STEPS = 30


class Seen:
    """Every line that one process told."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[tuple[int, float, float, float]] = []

    async def read(self) -> None:
        assert self.process.stdout
        async for line in self.process.stdout:
            if line.endswith(b"\n") and line[:1].isdigit() and b"[" not in line:  # no line of the log
                number, share, one, two = line.split()
                self.lines.append((int(number), float(share), float(one), float(two)))

    @property
    def newest(self) -> int:
        return self.lines[-1][0] if self.lines else -1


@asynccontextmanager
async def worker(home: Path) -> AsyncIterator[Seen]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.configuration.worker", str(home), stdout=PIPE
    )
    seen = Seen(process)
    reading = asyncio.create_task(seen.read())
    try:
        yield seen
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await reading


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
async def test_every_worker_answers_by_one_version_whole_and_numbers_only_grow(home: Home, seed: int) -> None:
    lot = random.Random(seed)
    said: dict[int, float] = {0: 0.05}
    made: list[int] = []
    seen: list[Seen] = []
    async with worker(home.path) as steady:
        seen.append(steady)
        await until(lambda: steady.newest >= 0)
        for _ in range(2):
            async with worker(home.path) as doomed:
                seen.append(doomed)
                await until(lambda: doomed.newest >= 0)
                for _ in range(STEPS // 2):
                    made.append(await _step(home, lot, made))
                    said[made[-1]] = (await home.office.versions.get(made[-1])).document.routes.cloud_share
            # killed: it is waited for until it has been silent for a while, or the version is made again
            while True:
                try:
                    made.append(await _step(home, lot, made))
                    break
                except Unavailable:
                    continue
            said[made[-1]] = (await home.office.versions.get(made[-1])).document.routes.cloud_share
        await until(lambda: steady.newest == made[-1])
    for version in await home.office.versions.newest(1000):
        said.setdefault(version.number, version.document.routes.cloud_share)
    assert made == sorted(made)
    for one in seen:
        assert {number for number, *_ in one.lines} <= said.keys()
        numbers = [number for number, *_ in one.lines]
        assert numbers == sorted(numbers)
        assert all(said[number] == share == first == second for number, share, first, second in one.lines)


async def _step(home: Home, lot: random.Random, made: list[int]) -> int:
    if made and lot.random() < 0.3:
        return (await home.office.rollback(lot.choice(made), author="a", reason="r")).version.number
    content = f"routes: {{cloud_share: {lot.randrange(1, 10**6) / 10**6}}}\n"
    return (await home.office.apply(content.encode(), author="a", reason="r")).version.number
