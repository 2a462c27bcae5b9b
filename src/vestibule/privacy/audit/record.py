"""What is recorded of one decision. Knows nothing of chains, signatures or storage."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Action = Literal["home", "cleared", "refused", "erased"]


class Decision(msgspec.Struct, frozen=True):
    """One request (or erasure) and what was decided about it. Reasons name entity types and rules, never the text.

    `body` is what was about to leave: it is digested under a key of the tenant and not kept. `configuration` is the
    version that a request began with; an erasure began with none.
    """

    at: datetime
    request_id: str
    tenant: str
    who: str
    level: str
    reasons: tuple[str, ...]
    policy: str
    destination: str
    model: str
    action: Action
    attempt: int = 1
    pseudonymised: int = 0
    body: bytes = b""
    configuration: int | UnsetType = UNSET
