"""Checks one chain record by record against links, marks and anchors. Pure.

A broken link says that something is wrong; a mark says what: a record that bears the house's mark for its place is as
it was written, whatever became of its neighbours. So what was done is named, and not all that follows from it. Who has
only the public key sees every change too, to within two records or two anchors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec

from vestibule.privacy.audit.anchor import Anchor
from vestibule.privacy.audit.entry import ChainStart, Entry, link
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.verification.finding import ChainProof, Finding, Kind, merged
from vestibule.privacy.audit.verification.suspects import Suspects


class Presented(msgspec.Struct, frozen=True):
    """A record as it was found. Of one that is withheld there is no `entry`, only its `content`."""

    chain: str
    number: int
    content: bytes
    hash: bytes
    mac: bytes
    entry: Entry | None


class ChainCheck:
    """Feed it the records of a chain in the order of their numbers, then `finish`.

    `anchors` are the sound ones of this chain; `start` is None if the chain has no row.
    """

    def __init__(self, chain: str, start: ChainStart | None, anchors: Sequence[Anchor], key: VerifyingKey) -> None:
        self._chain = chain
        self._start = start
        self._key = key
        self._anchors = anchors
        self._heads = {anchor.record: anchor for anchor in anchors}
        self._suspects = Suspects(key)
        self._gaps: list[range] = []
        self._breaks: list[int] = []
        self._disagreeing: list[range] = []
        pruned = max((a for a in anchors if a.kind == "pruned"), key=lambda anchor: anchor.record, default=None)
        opened = next((a for a in anchors if a.record == 0), None)
        beginning = pruned or opened
        self._first = beginning.record + 1 if beginning else 1
        self._number = self._agreed = self._first - 1
        self._known = max(self._heads, default=0)  # so far, at least, the house wrote
        self._head = beginning.head if beginning else start.head if start else b""
        self._start_differs = bool(start and opened and start.head != opened.head)

    def feed(self, record: Presented) -> None:
        marked = self._is_marked(record)
        if record.number <= self._number:
            self._suspects.beside(record.number)
            return
        if record.number > self._number + 1:
            self._gaps.append(range(self._number + 1, record.number))
        fits = link(self._head, record.content) == record.hash
        if not fits:
            self._breaks.append(record.number)
        if marked is not False:
            self._known = max(self._known, record.number)
        else:
            self._suspects.add(record.number, record.entry, record.hash, record.mac, fits=fits)
        self._number, self._head = record.number, record.hash
        self._compare_with_anchor()

    def finish(self) -> tuple[ChainProof, list[Finding]]:
        """Say what is wrong and how far the chain is proven."""
        findings = merged([*self._check_start(), *self._check_records()])
        return self._proof(findings), findings

    def _is_marked(self, record: Presented) -> bool | None:
        """None if that cannot be told without the secret key."""
        if not self._key.knows_marks:
            return None
        return self._key.has_marked(record.content, record.hash, record.mac)

    def _compare_with_anchor(self) -> None:
        anchor = self._heads.get(self._number)
        if anchor is None:
            return
        if anchor.head != self._head:
            self._disagreeing.append(range(self._agreed + 1, self._number + 1))
        self._agreed = self._number

    def _check_start(self) -> Iterator[Finding]:
        if self._start is None and self._anchors:
            yield self._finding("chain_removed", 0, 0, "is in the log of anchors, and its row is gone")
        elif not self._anchors:
            yield self._finding("chain_unanchored", 0, 0, "has no anchor: it was put in, or its anchors were taken out")
        elif self._start_differs:
            yield self._finding("chain_changed", 0, 0, "did not start where, when or as its row says now")

    def _check_records(self) -> list[Finding]:
        anchored = max(self._heads, default=0)
        numbers = range(self._first, self._number + 1)
        findings = [self._finding(*named) for named in self._suspects.resolve(numbers, self._gaps, anchored)]
        away = sorted(self._suspects.origins)
        known = max([self._known, *away])
        for gap in self._gaps:
            findings += [
                self._finding("record_removed", gone.start, gone.stop - 1, "was removed")
                for gone in _without(range(gap.start, min(gap.stop, known + 1)), away)
            ]
        for gone in _without(range(self._number + 1, anchored + 1), away):
            text = "was cut off the end: an anchor proves that it was there"
            findings.append(self._finding("chain_cut", gone.start, gone.stop - 1, text))
        if not findings or not self._key.knows_marks:
            findings += self._check_links(findings)
        return findings

    def _check_links(self, named: Sequence[Finding]) -> list[Finding]:
        """Where only links and anchors tell. A link after a gap or after a broken one tells nothing more."""
        after_gap = {gap.stop for gap in self._gaps}
        findings = [
            self._finding("record_changed", n, n, "or the one before it was changed")
            for n in self._breaks
            if n not in after_gap and n - 1 not in self._breaks
        ]
        known = {n for f in [*named, *findings] for n in (f.first, f.last)}
        for stretch in self._disagreeing:
            if not any(n in stretch for n in known):
                text = "was changed, with all hashes behind it: the anchor that follows does not agree"
                findings.append(self._finding("record_changed", stretch.start, stretch.stop - 1, text))
        return findings

    def _proof(self, findings: Sequence[Finding]) -> ChainProof:
        sound_to = min([f.first - 1 for f in findings if f.first > 0], default=self._number)
        whole = not any(f.first == 0 and f.kind != "chain_changed" for f in findings)
        proven = max((n for n in self._heads if n <= min(sound_to, self._number)), default=0) if whole else 0
        anchor = self._heads.get(proven) if whole else None
        return ChainProof(
            id=self._chain,
            host=self._start.host if self._start else "",
            pid=self._start.pid if self._start else 0,
            started_at=self._start.started_at if self._start else None,
            first=self._first,
            last=self._number,
            proven_to=proven,
            proven_at=anchor.at if anchor else None,
            closed=any(anchor.kind == "closed" for anchor in self._anchors),
        )

    def _finding(self, kind: Kind, first: int, last: int, text: str) -> Finding:
        return Finding(kind, self._chain, first, last, text)


def _without(numbers: range, taken: Sequence[int]) -> Iterator[range]:
    """What is left of `numbers` without those `taken`, which ascend, in stretches: an attacker chooses how long."""
    start = numbers.start
    for number in taken[bisect_left(taken, numbers.start) : bisect_left(taken, numbers.stop)]:
        if number > start:
            yield range(start, number)
        start = number + 1
    if start < numbers.stop:
        yield range(start, numbers.stop)
