"""Checks the log of anchors by itself: signatures, links, gaps, its beginning and its end. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vestibule.privacy.audit.anchor import BEGINNING, Anchor
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.verification.finding import Finding
from vestibule.privacy.audit.witness import Seen


class CheckedLog(msgspec.Struct, frozen=True):
    """`sound` anchors are signed by the key, in order; only they prove anything."""

    sound: tuple[Anchor, ...]
    findings: tuple[Finding, ...]


def check_anchors(anchors: Sequence[Anchor], key: VerifyingKey, seen: Seen | None) -> CheckedLog:
    """Check the log as read, ordered by number. `seen` is what the house had seen of it, if that is known."""
    findings: list[Finding] = []
    sound = [anchor for anchor in anchors if anchor.is_signed_by(key)]
    findings += [_forged(anchor, key) for anchor in anchors if not anchor.is_signed_by(key)]
    findings += _removed(anchors, sound)
    findings += _broken(sound)
    if seen and seen.number not in {finding.first for finding in findings if finding.kind == "anchor_forged"}:
        findings += _cut(sound, seen)
    return CheckedLog(tuple(sound), tuple(findings))


def _forged(anchor: Anchor, key: VerifyingKey) -> Finding:
    why = "its signature does not hold" if anchor.key == key.name else f"it names the key {anchor.key[:16]}"
    return Finding(
        "anchor_forged",
        "",
        anchor.number,
        anchor.number,
        f"Anchor {anchor.number} was changed or not made by this house: {why}.",
    )


def _removed(anchors: Sequence[Anchor], sound: Sequence[Anchor]) -> list[Finding]:
    if not anchors:
        return []
    expected = _beginning(sound)[0]
    findings = []
    for anchor in anchors:
        if anchor.number > expected:
            span = _span("Anchor", expected, anchor.number - 1)
            findings.append(Finding("anchor_removed", "", expected, anchor.number - 1, f"{span} missing from the log."))
        expected = max(expected, anchor.number + 1)
    return findings


def _broken(sound: Sequence[Anchor]) -> list[Finding]:
    """Anchors whose link does not fit the sound one directly before: two logs were put together."""
    first, before = _beginning(sound)
    hashes = {first - 1: before} | {anchor.number: anchor.hash for anchor in sound}
    return [
        Finding(
            "anchor_removed",
            "",
            anchor.number - 1,
            anchor.number - 1,
            f"Anchor {anchor.number} does not follow anchor {anchor.number - 1}: another stood there.",
        )
        for anchor in sound
        if hashes.get(anchor.number - 1, anchor.previous) != anchor.previous
    ]


def _beginning(sound: Sequence[Anchor]) -> tuple[int, bytes]:
    """Number of the first anchor that is kept and the hash before it, as the last checkpoint says."""
    checkpoint = next((anchor for anchor in reversed(sound) if anchor.kind == "checkpoint"), None)
    return (checkpoint.record, checkpoint.head) if checkpoint else (1, BEGINNING)


def _cut(sound: Sequence[Anchor], seen: Seen) -> list[Finding]:
    last = sound[-1].number if sound else 0
    there = next((anchor for anchor in sound if anchor.number == seen.number), None)
    if (there and there.hash == seen.hash) or (there is None and seen.number < _beginning(sound)[0]):
        return []
    what = "another stands there now" if there else f"the log ends with anchor {last}"
    return [
        Finding(
            "trail_cut",
            "",
            min(last + 1, seen.number),
            seen.number,
            f"This house has seen anchor {seen.number}, and {what}: the end was cut off or an older state put back.",
        )
    ]


def _span(what: str, first: int, last: int) -> str:
    return f"{what} {first} is" if first == last else f"{what}s {first} to {last} are"
