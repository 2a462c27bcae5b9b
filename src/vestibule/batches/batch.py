"""What a batch is, and what becomes of it.

validating ─→ in_progress ─→ finalizing ─→ completed, or expired where its time was over first
    │  └───────────┴─→ cancelling ─→ cancelled
    └─→ failed
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from vestibule.core.caller import Caller

Status = Literal["validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"]
WINDOW = timedelta(hours=24)


class Counts(msgspec.Struct, frozen=True):
    total: int = 0
    completed: int = 0
    failed: int = 0


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a line of the input file; quotes nothing of it. Lines are counted from 1."""

    code: str
    message: str
    param: str | None = None
    line: int | None = None


class Batch(msgspec.Struct, frozen=True):
    """`owner` is who made it: each of its lines is asked on their behalf. `moments` are when it came to a status.
    `output_life` is how long its files stay."""

    id: str
    owner: Caller
    endpoint: str
    input_file_id: str
    status: Status
    created_at: datetime
    expires_at: datetime
    output_life: timedelta
    moments: Mapping[Status, datetime] = {}
    counts: Counts = Counts()
    model: str | None = None
    metadata: Mapping[str, str] | None = None
    problems: tuple[Problem, ...] = ()
    output_file_id: str | None = None
    error_file_id: str | None = None
