"""What a run of the egress property counted, how it is said, and when it has failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

STATISTICAL_BOUND = 0.20
"""Of the people, addresses and organisations planted in conversations that went out, the share that may be seen. A
tagger finds them by likelihood: it has to reach F1 .85 for people and .70 for addresses, so 15 to 30 % may be missed in
running text, and here half are disguised or stand alone. What it finds is never seen; what it misses is listed."""


@dataclass
class Result:
    """Everything counted. `problems` make the run fail."""

    conversations: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    requests_recorded: int = 0
    bytes_recorded: int = 0
    placeholders_recorded: int = 0
    images_recorded: int = 0
    restored: int = 0
    streams_restored: int = 0
    calls_restored: int = 0
    fell_over: int = 0
    cache_hits: int = 0
    hung_up: int = 0
    in_batches: int = 0
    versions: Counter[str] = field(default_factory=Counter)
    in_experiments: int = 0
    explained: int = 0
    leaks: list[str] = field(default_factory=list)
    identity_leaks: list[str] = field(default_factory=list)
    identities_sent: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def identity_rate(self) -> float:
        return len(self.identity_leaks) / max(1, self.identities_sent)

    @property
    def identity_bound(self) -> float:
        """The bound, and two standard deviations of a draw as small as this one."""
        spread = sqrt(STATISTICAL_BOUND * (1 - STATISTICAL_BOUND) / max(1, self.identities_sent))
        return STATISTICAL_BOUND + 2 * spread


def report(result: Result) -> str:
    requests = sum(result.answers.values())
    lines = [
        f"conversations        {result.conversations}, {requests} requests, {result.hung_up} hung up,"
        f" {result.in_batches} in batches",
        f"planted values       {sum(result.planted.values())} of {len(result.planted)} types",
        f"attempts to send     {result.attempts['cleared']} cleared, {result.attempts['refused']} refused,"
        f" {result.attempts['home']} went home",
        f"recorded             {result.requests_recorded} requests, {result.bytes_recorded} bytes,"
        f" {result.placeholders_recorded} placeholders, {result.images_recorded} images",
        f"put back             {result.restored} answers byte for byte, {result.streams_restored} of them streams,"
        f" {result.calls_restored} calls of functions",
        f"fell over, cached    {result.fell_over}, {result.cache_hits}",
        f"versions             {result.in_experiments} answers with an arm, {result.explained} requests explained; "
        + _said(result.versions),
        "answers              " + _said(result.answers),
        "refused by           " + _said(result.refused),
        "identity leaks of free text (people, addresses, organisations: found by likelihood)"
        f" {len(result.identity_leaks)} of {result.identities_sent} sent, {result.identity_rate:.1%},"
        f" at most {result.identity_bound:.1%}",
        *(f"  {line}" for line in result.identity_leaks),
        f"LEAKS                {len(result.leaks)}",
        *(f"  {line}" for line in result.leaks),
        f"problems             {len(result.problems)}",
        *(f"  {line}" for line in result.problems),
    ]
    return "\n".join(lines)


def _said(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{count} {what}" for what, count in sorted(counts.items(), key=lambda item: -item[1]))


def failures(result: Result) -> list[str]:
    """Why the property does not hold, or was not shown."""
    found = [f"{len(result.leaks)} planted values left the house"] if result.leaks else []
    if result.identity_rate > result.identity_bound:
        found.append(f"{result.identity_rate:.1%} of the people, addresses and organisations sent were seen")
    shown = {
        "reached a cloud": result.requests_recorded,
        "was pseudonymised": result.placeholders_recorded,
        "came back restored": result.restored,
        "came back restored in a stream": result.streams_restored,
        "was refused": result.attempts["refused"],
        "fell over to a cloud": result.fell_over,
        "took part in an experiment": result.in_experiments,
        "was answered by a second version": len(result.versions) > 1,
    }
    return [*found, *result.problems, *(f"nothing {what}" for what, count in shown.items() if not count)]
