"""A worker in a process of its own, which tells on stdout each version that it answers by: its number and its content.

python -m tests.configuration.worker HOME
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from vestibule.configuration import Configurations
from vestibule.configuration.current import Swap
from vestibule.configuration.following import Follower
from vestibule.configuration.store import Versions
from vestibule.core.configuration import Configuration
from vestibule.core.settings import Settings
from vestibule.storage.database import Database


async def main(home: Path) -> None:
    held = Configurations()
    parts: dict[str, float] = {}

    def build(name: str) -> None:
        def part(configuration: Configuration) -> Swap:
            read = configuration.document.routes.cloud_share

            def swap() -> None:
                parts[name] = read

            return swap

        held.join(part)

    build("one")
    build("two")
    database = await Database.open(Settings(home=home))
    async with database.changes.followed(), Follower(held, Versions(database), database.changes).running():
        while True:
            now = held.current
            print(now.number, now.document.routes.cloud_share, parts["one"], parts["two"], flush=True)
            await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
