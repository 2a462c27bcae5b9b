"""10,000 requests under constant change of the configuration, rollback and replacement of workers, counted.

python -m tests.configuration.soak --requests 10000 --restarts 10
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.configuration.reloading import drive
from tests.serving.driving import two_workers


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--restarts", type=int, default=10)
    said = parser.parse_args()
    with two_workers(upstream="tests.configuration.echo") as running:
        outcome = await drive(running, said.requests, said.restarts)
    print(outcome)
    print("\n".join([*outcome.dropped[:5], *outcome.mixed[:5]]))
    sys.exit(1 if outcome.dropped or outcome.mixed else 0)


if __name__ == "__main__":
    asyncio.run(main())
