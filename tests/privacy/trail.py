"""An audit trail in memory, which can be away."""

from __future__ import annotations

from vestibule.core.errors import Unavailable
from vestibule.privacy.audit.record import Decision


class MemoryTrail:
    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self.kept = 0
        self.away = False

    async def keep(self, decision: Decision) -> str:
        if self.away:
            raise Unavailable("The database does not answer.")
        self.decisions.append(decision)
        self.kept += 1
        return f"audit-{len(self.decisions)}"

    def note(self, decision: Decision) -> None:
        self.decisions.append(decision)
