"""A worker of its own: takes one request so many times from a limit, and prints how many it got."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from vestibule.access.limits.claims import Amount, Ceiling, Claim, Stamp, Subject
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.table import Table


def main(folder: str, limit: str, times: str, then: str) -> None:
    table = Table(Ground.shared(Path(folder)))
    ceiling = Ceiling(Subject.of("key", "k", "t"), requests=int(limit), tokens=int(limit) * 10)
    amount = Amount(requests=1, tokens=10, places=1)
    print("ready", flush=True)
    at = float(sys.stdin.readline())
    while time.monotonic() < at:  # all begin together
        pass
    taken = [table.take([Claim(ceiling, amount)]) for _ in range(int(times))]
    print(sum(isinstance(t, Stamp) for t in taken), flush=True)
    if then == "stay":
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
