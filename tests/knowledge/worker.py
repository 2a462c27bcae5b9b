"""A process that works on what is queued until it is killed; its arguments are the homes of database and index."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Settings
from vestibule.knowledge import KnowledgeBase
from vestibule.providers.embedder import MiniLM
from vestibule.storage.database import Database


def classify(text: str) -> PrivacyClass:
    return PrivacyClass.RESTRICTED if "door code" in text.lower() else PrivacyClass.INTERNAL


async def main(storage_home: Path, home: Path) -> None:
    database = await Database.open(Settings(home=storage_home))
    knowledge = KnowledgeBase(database, MiniLM.load(storage_home), home, classify, file_limit_mib=1)
    await knowledge.start()
    await knowledge.run_forever(_no_names)


async def _no_names(_: str) -> Mapping[str, str]:
    return {}


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
