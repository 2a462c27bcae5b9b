"""One of several does the work, and the next one when that is gone."""

import asyncio
import subprocess
import sys
from pathlib import Path

from vestibule.storage.ownership import as_owner

HOLDING = """
import asyncio, sys
from pathlib import Path
from vestibule.storage.ownership import as_owner

async def work():
    print("mine", flush=True)
    await asyncio.sleep(60)

asyncio.run(as_owner(Path(sys.argv[1]), work))
"""


async def test_the_next_takes_over_when_the_owner_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "run" / "owner.lock"
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDING, str(lock), stdout=subprocess.PIPE)
    assert owner.stdout
    assert await owner.stdout.readline() == b"mine\n"
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(60)

    waiting = asyncio.create_task(as_owner(lock, work))
    await asyncio.sleep(0.4)
    assert not begun.is_set()
    owner.kill()
    await owner.wait()
    await asyncio.wait_for(begun.wait(), 10)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_who_is_cancelled_lets_go(tmp_path: Path) -> None:
    lock, worked = tmp_path / "lock", []

    async def work() -> None:
        worked.append(1)
        if len(worked) == 1:
            await asyncio.sleep(60)

    first = asyncio.create_task(as_owner(lock, work))
    while not worked:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await as_owner(lock, work)
    assert worked == [1, 1]
