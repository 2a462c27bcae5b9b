"""kill -9 of a server while it ingests, again and again; then count: nothing lost, nothing half, nothing twice.

Each round hands the running server new documents, kills it while some but not all are live, and starts it again. At the
end every document must be live exactly once, with each of its sections found again by its own word.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from pathlib import Path

import msgspec

from tests.acceptance.product import Product, temporary_home
from vestibule.app import House, open_house
from vestibule.core.settings import Settings

SECTIONS = 6
DOCUMENTS = 25
TENANT = "soak"


def document(round_: int, number: int) -> str:
    """A document whose every section holds a word that stands nowhere else."""
    parts = [f"# Round {round_}, document {number}"]
    for section in range(SECTIONS):
        word = f"marker{round_}x{number}x{section}"
        parts.append(f"## Section {section}\n\nThe valve {word} is closed by hand. " + "It is checked monthly. " * 20)
    return "\n\n".join(parts)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with temporary_home() as home:
        await soak(Settings(home=home), rounds)


async def soak(settings: Settings, rounds: int) -> None:
    settings = msgspec.structs.replace(settings, port=0)
    randomness = random.Random(rounds)
    for round_ in range(rounds):
        server = await asyncio.to_thread(start, settings.home)
        async with open_house(settings, open_to_loopback=False) as house:
            for number in range(DOCUMENTS):
                await house.knowledge.accept(TENANT, f"{round_}/{number}.md", document(round_, number).encode())
            at_kill = await wait_for(house, round_, live=randomness.randrange(1, DOCUMENTS - 5))
            server.kill()
        print(f"round {round_}: killed with {at_kill} of {DOCUMENTS} live")
    server = await asyncio.to_thread(start, settings.home)
    async with open_house(settings, open_to_loopback=False) as house:
        await wait_for_all(house, rounds * DOCUMENTS)
        problems = await examine(house, rounds)
    await asyncio.to_thread(server.stop)
    print(f"{rounds} kills, {rounds * DOCUMENTS} documents: {len(problems)} problems")
    if problems:
        sys.exit("\n".join(problems[:20]))


def start(home: Path) -> Product:
    server = Product(home, "serve", "--port", "0")
    server.wait_until_serving()
    return server


async def wait_for(house: House, round_: int, live: int) -> int:
    """Return how many documents of the round are live, once at least `live` are."""
    while True:
        states = [d.state for d in await house.knowledge.documents(TENANT) if d.path.startswith(f"{round_}/")]
        if states.count("live") >= live:
            return states.count("live")
        await asyncio.sleep(0.01)


async def wait_for_all(house: House, count: int) -> None:
    for _ in range(1200):
        documents = await house.knowledge.documents(TENANT)
        if len(documents) == count and all(d.state == "live" for d in documents):
            return
        await asyncio.sleep(0.1)


async def examine(house: House, rounds: int) -> list[str]:
    problems: list[str] = []
    documents = {d.path: d for d in await house.knowledge.documents(TENANT)}
    for round_ in range(rounds):
        for number in range(DOCUMENTS):
            path = f"{round_}/{number}.md"
            found = documents.pop(path, None)
            if found is None or found.state != "live":
                problems.append(f"{path}: {found.state if found else 'lost'}")
                continue
            for section in range(SECTIONS):
                word = f"marker{round_}x{number}x{section}"
                vector = (await house.embedder.embed([word]))[0]
                hits = await house.knowledge.search(TENANT, f"valve {word}", vector, limit=20)
                times = sum(word in hit.text for hit in hits)
                if times != 1:
                    problems.append(f"{path} § {section}: found {times} times")
    return problems + [f"{path}: there twice" for path in documents]


if __name__ == "__main__":
    asyncio.run(main())
