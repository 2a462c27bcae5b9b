"""What the console needs from those that build it. `app.py` hands it the real things."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from vestibule.core.answer import Event
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.evidence import Passage
from vestibule.core.sensitivity import Span
from vestibule.monitoring.status import SystemStatus
from vestibule.routing.plan import Decided


class Pipeline(Protocol):
    def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Answer: `Opened`, then `Delta`s, then `Completed`; a refusal is raised before `Opened`."""
        ...


class Access(Protocol):
    async def authenticate(self, credential: Credential) -> Caller:
        """Return who asks. Raise `Unauthorized` without a key or a session of ours."""
        ...

    async def open_session(self, credential: Credential) -> str:
        """Sign in; return the secret name of a new session. Raise `Unauthorized` or `RateLimited`."""
        ...

    async def close_session(self, name: str) -> None: ...

    async def close_sessions(self, caller: Caller) -> None:
        """End every session of who `caller` is."""
        ...

    async def form_key(self) -> bytes | None:
        """What all workers sign their forms with; None where there is one process only."""
        ...


class Passages(Protocol):
    async def quoting(self, tenant: str, document_id: str, quote: str) -> Passage | None:
        """Return the live passage of that document that holds `quote` word for word, if there still is one."""
        ...


class CheckReport(Protocol):
    """What was found in a text. `leaves` is what would be sent to a model in the cloud, None where nothing would."""

    @property
    def level(self) -> str: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def spans(self) -> tuple[Span, ...]: ...
    @property
    def leaves(self) -> str | None: ...


class PrivacyCheck(Protocol):
    async def __call__(self, tenant: str, text: str) -> CheckReport:
        """Detect, classify and pseudonymise as a request to the cloud would be. Raise `TooLarge` beyond what a person
        pastes."""
        ...


class System(Protocol):
    async def __call__(self) -> SystemStatus:
        """How the house is right now."""
        ...


class Explain(Protocol):
    async def __call__(self, caller: Caller, request: ChatRequest) -> Decided:
        """Decide as for a request of `caller`, without asking anybody and without keeping any of it."""
        ...


class Promote(Protocol):
    async def __call__(self, id: str, arm: str, *, author: str, reason: str) -> object:
        """Make an arm's choice the rule, as a new version in which the experiment `id` is over."""
        ...
