"""Write `clients/` anew: `python -m vestibule.gateway.reference [FOLDER]`, from the root of the repository.

`openapi-v1.json`, the contract as last released, is written only with `--release`: what it says may be added to, never
taken from.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from vestibule.gateway.docs import Document
from vestibule.gateway.reference.offline import document
from vestibule.gateway.reference.operations import Surface
from vestibule.gateway.reference.surfaces import bundle
from vestibule.gateway.reference.typescript import typescript

SURFACES: tuple[Surface, ...] = ("openai", "vestibule", "admin")
RELEASED = "openapi-v1.json"


def artefacts(described: Document) -> dict[str, str]:
    """What is made of the document, by the file it belongs into."""
    made = {f"schemas/{surface}.json": written(bundle(described, surface)) for surface in SURFACES}
    return made | {"typescript/vestibule.ts": typescript(described)}


def written(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> None:
    folder = Path(next((a for a in arguments if not a.startswith("--")), "clients"))
    described = asyncio.run(document())
    made = artefacts(described)
    if "--release" in arguments:
        made[RELEASED] = written(described)
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"{path}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main(sys.argv[1:])
