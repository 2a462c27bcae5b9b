"""Where versions are made: read, held against the rules, proposed to every worker, and made live by one of them.

A version that is refused, by a rule, by a worker or because somebody else was first, leaves the one in force as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

import msgspec

from vestibule.configuration.difference import Change, difference, merged
from vestibule.configuration.mistakes import NAME, ConfigurationError, Lint, Mistake
from vestibule.configuration.reading import read
from vestibule.configuration.rules import KnownModel, Rules, checked
from vestibule.configuration.store import Versions
from vestibule.configuration.version import Version, canonical, digest
from vestibule.core.configuration import Document
from vestibule.core.errors import Conflict, InvalidRequest, Unavailable

ACKNOWLEDGED_WITHIN_S = 15.0
_LOOK_S = 0.02
LONGEST_REASON = 500

Models = Callable[[], Awaitable[Mapping[str, KnownModel]]]


class Applied(msgspec.Struct, frozen=True):
    """What is live now, what it says otherwise than the one before, and what was noted on the way; `merged` with what
    somebody else had changed meanwhile. `version` is the one there was where nothing is different."""

    version: Version
    changes: tuple[Change, ...]
    warnings: tuple[Mistake, ...] = ()
    merged: bool = False


class Office:
    """`models` are those a version may name, `lint` reads its policy."""

    def __init__(
        self,
        versions: Versions,
        models: Models,
        lint: Lint,
        acknowledged_within_s: float = ACKNOWLEDGED_WITHIN_S,
    ) -> None:
        self.versions = versions
        self._models = models
        self._lint = lint
        self._within_s = acknowledged_within_s

    async def live(self) -> tuple[int, Document]:
        number = await self.versions.live()
        return number, await self.document(number)

    async def document(self, number: int) -> Document:
        """Raise `NotFound` for a version there is not. 0 is what is shipped."""
        if number == 0:
            return Document()
        version = await self.versions.get(number)
        try:
            return version.document
        except msgspec.ValidationError as error:
            raise InvalidRequest(
                f"Version {number} was made by another release of Vestibule ({error}).",
                next_step="Install the newer of the two, or roll back to a version from before.",
            ) from None

    async def validate(self, content: bytes, source: str = NAME) -> tuple[tuple[Mistake, ...], tuple[Change, ...]]:
        """The warnings, and what it would change of the version in force. Raise `ConfigurationError` with every
        mistake."""
        _, live = await self.live()
        document, warnings = await self._read(content, source, live)
        return warnings, difference(live, document)

    async def apply(
        self,
        content: bytes,
        *,
        author: str,
        reason: str,
        seen: int | None = None,
        merge: bool = False,
        source: str = NAME,
        origin: str | None = None,
    ) -> Applied:
        """Make it live, whole. `seen` is the version its author began with: where another is live by now it is a
        `Conflict`, unless they `merge` and did not change the same sections."""
        number, live = await self.live()
        document, warnings = await self._read(content, source, live)
        joined = False
        if seen is not None and seen != number:
            document = _reconciled(await self.document(seen), document, live, seen, number, merge=merge)
            warnings = await asyncio.to_thread(checked, document, await self._rules(live), source)
            joined = True
        applied = await self._make_live(document, number, live, author=author, reason=reason, origin=origin)
        return msgspec.structs.replace(applied, warnings=warnings, merged=joined)

    async def adopt(self, document: Document, *, author: str, reason: str, seen: int) -> Applied:
        """Make a document live that was made from version `seen`. Raise `Conflict` where another is live by now."""
        number, live = await self.live()
        if number != seen:
            raise Conflict(f"Version {number} is live by now, not {seen}.", next_step="Look at it, and do it again.")
        warnings = await asyncio.to_thread(checked, document, await self._rules(live))
        applied = await self._make_live(document, number, live, author=author, reason=reason, origin=None)
        return msgspec.structs.replace(applied, warnings=warnings)

    async def rollback(self, number: int, *, author: str, reason: str) -> Applied:
        """Make what version `number` says a new version."""
        live_number, live = await self.versions.live(), Document()
        with contextlib.suppress(InvalidRequest):  # of another release, which one may have to come back from
            live = await self.document(live_number)
        document = await self.document(number)
        rules = msgspec.structs.replace(await self._rules(live), old=True)
        warnings = await asyncio.to_thread(checked, document, rules, f"version {number}")
        said = f"rollback to {number}: {reason}" if reason else f"rollback to {number}"
        applied = await self._make_live(document, live_number, live, author=author, reason=said, origin=None)
        return msgspec.structs.replace(applied, warnings=warnings)

    async def _read(self, content: bytes, source: str, live: Document) -> tuple[Document, tuple[Mistake, ...]]:
        rules = await self._rules(live)

        def work() -> tuple[Document, tuple[Mistake, ...]]:
            known = read(content, source)
            return known.document, rules.check(known, source)

        return await asyncio.to_thread(work)

    async def _rules(self, live: Document) -> Rules:
        return Rules(await self._models(), self._lint, live, datetime.now(UTC).date())

    async def _make_live(
        self, document: Document, number: int, live: Document, *, author: str, reason: str, origin: str | None
    ) -> Applied:
        if not reason.strip() or len(reason) > LONGEST_REASON:
            raise InvalidRequest(
                f"A version needs a reason, of {LONGEST_REASON} characters at most.",
                next_step="Say why it is made: --reason.",
                param="reason",
            )
        there = await self.versions.get(number) if number and origin is None else None
        if there and there.digest == digest(canonical(document)):
            return Applied(there, ())
        version = await self.versions.propose(document, author=author, reason=reason, base=number, origin=origin)
        await self._acknowledged(version)
        if not await self.versions.flip(version):
            raise await self._overtaken(version)
        return Applied(await self.versions.get(version.number), difference(live, document))

    async def _acknowledged(self, version: Version) -> None:
        """Return when every live worker has it ready. Raise `Conflict` as soon as another has gone live."""
        until = time.monotonic() + self._within_s
        while waiting := await self.versions.waiting(version.number):
            if await self.versions.live() != version.base:  # nobody takes it up any more
                raise await self._overtaken(version)
            if troubled := next((one for one in waiting if one.trouble), None):
                trouble = f"was refused by the worker {troubled.pid} on {troubled.host}: {troubled.trouble}"
                raise ConfigurationError([Mistake(1, "", trouble)], f"version {version.number}")
            if time.monotonic() > until:
                names = ", ".join(f"{one.pid} on {one.host}" for one in waiting)
                raise Unavailable(
                    f"Version {version.number} was not taken up in {self._within_s:g} s by the workers {names}.",
                    next_step="The version in force stays. Look at their logs, and apply it again.",
                )
            await asyncio.sleep(_LOOK_S)

    async def _overtaken(self, version: Version) -> Conflict:
        number, live = await self.live()
        told = _told(difference(await self.document(version.base), live))
        return Conflict(
            f"Version {number} went live meanwhile; it changed:\n{told}",
            next_step=f"Apply again with --if {version.base} --merge, or begin from version {number}.",
        )


def _reconciled(seen: Document, mine: Document, live: Document, base: int, number: int, *, merge: bool) -> Document:
    """Both changes in one, where that is wanted and can be."""
    both = merged(seen, mine, live)
    if both is not None and merge:
        return both
    told = _told(difference(seen, live))
    mend = (
        f"Your changes are in other sections: apply again with --merge, or begin from version {number}."
        if both is not None
        else f"Both changed the same section: take over what you need, and apply with --if {number}."
    )
    raise Conflict(f"Version {number} is live by now, not {base}; it changed:\n{told}", next_step=mend)


def _told(changes: tuple[Change, ...]) -> str:
    return "\n".join(change.told() for change in changes) or "nothing that reads otherwise"
