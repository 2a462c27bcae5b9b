"""A process that keeps decisions until it is killed: `python -m tests.privacy.audit.worker HOME` prints their ids."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.privacy.audit.conftest import decision
from vestibule.core.settings import Settings
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database


async def main(home: Path) -> None:
    database = await Database.open(Settings(home=home))
    audit = Audit(database, TenantKeys(database, home), home)
    await audit.start()

    async def keep_forever() -> None:
        while True:
            audit.note(decision())
            print(await audit.keep(decision()), flush=True)

    await asyncio.gather(*(keep_forever() for _ in range(10)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
