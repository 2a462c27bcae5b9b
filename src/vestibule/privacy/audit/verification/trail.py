"""Checks a whole trail, whether it comes from the database or from a file. Pure: is handed what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC

from vestibule.privacy.audit.anchor import Anchor
from vestibule.privacy.audit.entry import ChainStart, Record
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.verification.anchors import check_anchors
from vestibule.privacy.audit.verification.chain import ChainCheck, Presented
from vestibule.privacy.audit.verification.finding import ChainProof, Finding, Verification
from vestibule.privacy.audit.witness import Seen


def present(record: Record) -> Presented:
    entry = record.entry
    return Presented(entry.chain, entry.number, entry.content, record.hash, record.mac, entry)


class TrailCheck:
    """Feed it every record, chain by chain in the order of their numbers, then `finish`."""

    def __init__(
        self,
        starts: Sequence[ChainStart],
        anchors: Sequence[Anchor],
        key: VerifyingKey,
        seen: Seen | None = None,
        tenant: str | None = None,
    ) -> None:
        self._key = key
        self._seen = seen
        self._tenant = tenant
        self._tenant_records = 0
        self._log = check_anchors(anchors, key, seen)
        self._starts = {start.id: start for start in starts}
        self._anchors: dict[str, list[Anchor]] = defaultdict(list)
        for anchor in self._log.sound:
            if anchor.kind != "checkpoint":
                self._anchors[anchor.chain].append(anchor)
        self._waiting = dict.fromkeys([*self._starts, *self._anchors])
        self._records = 0
        self._current: tuple[str, ChainCheck] | None = None
        self._proofs: list[ChainProof] = []
        self._findings: list[Finding] = list(self._log.findings)

    def feed(self, record: Presented) -> None:
        if self._current is None or self._current[0] != record.chain:
            self._finish_chain()
            self._current = (record.chain, self._open(record.chain))
        self._current[1].feed(record)
        self._records += 1
        if self._tenant is not None and record.entry is not None and record.entry.tenant == self._tenant:
            self._tenant_records += 1

    def finish(self) -> Verification:
        self._finish_chain()
        while self._waiting:
            chain = next(iter(self._waiting))
            self._current = (chain, self._open(chain))
            self._finish_chain()
        last = self._log.sound[-1] if self._log.sound else None
        return Verification(
            proven=not self._findings,
            records=self._records,
            unproven=sum(proof.unproven for proof in self._proofs),
            anchors=len(self._log.sound),
            anchor=last.number if last else 0,
            anchor_at=last.at if last else None,
            key=self._key.name,
            witnessed=self._seen is not None,
            chains=tuple(sorted(self._proofs, key=_beginning)),
            findings=tuple(self._findings),
            tenant=self._tenant,
            tenant_records=self._tenant_records if self._tenant is not None else None,
        )

    def _open(self, chain: str) -> ChainCheck:
        self._waiting.pop(chain, None)
        return ChainCheck(chain, self._starts.get(chain), self._anchors.get(chain, []), self._key)

    def _finish_chain(self) -> None:
        if self._current:
            proof, findings = self._current[1].finish()
            self._proofs.append(proof)
            self._findings += findings
        self._current = None


def _beginning(proof: ChainProof) -> tuple[bool, str, str]:
    """Chains in the order they began; those that do not say when come last."""
    began = proof.started_at
    return began is None, began.astimezone(UTC).isoformat() if began else "", proof.id
