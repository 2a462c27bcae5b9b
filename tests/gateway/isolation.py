"""What was tried of another tenant's: every route × every foreign id, and what was answered.

`python -m tests.gateway.isolation` tries it against the whole product and prints the table.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict


class Table:
    """`note` a try; printed, it has a line for each route."""

    def __init__(self) -> None:
        self._tries: dict[str, list[tuple[str, int]]] = defaultdict(list)

    def note(self, route: str, kind: str, status: int) -> None:
        self._tries[route].append((kind, status))

    @property
    def count(self) -> int:
        return sum(map(len, self._tries.values()))

    def __str__(self) -> str:
        width = max(map(len, self._tries), default=0)
        lines = []
        for route, tries in sorted(self._tries.items()):
            statuses = ", ".join(map(str, sorted({status for _, status in tries})))
            kinds = " ".join(dict.fromkeys(kind for kind, _ in tries))
            lines.append(f"{route:{width}}  {len(tries):3} tries  {statuses}  {kinds}")
        return "\n".join([*lines, f"{self.count} tries of {len(self._tries)} routes"])


if __name__ == "__main__":
    asked = ["tests/gateway/test_isolation.py", "-m", "slow", "-k", "foreign_id or decided", "-q", "--no-header"]
    sys.exit(subprocess.call([sys.executable, "-m", "pytest", *asked]))
