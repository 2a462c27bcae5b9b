"""Read a policy critically: what no policy may say (errors), and what is probably not meant (warnings)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.policy.bounds import NEVER_LOOSENED, Finding, errors_of, is_looser
from vestibule.privacy.policy.document import CloudRule
from vestibule.privacy.policy.policy import Policy

_SELECTORS = ("tenants", "buildings", "providers", "regions")


def lint(
    policy: Policy, providers: Collection[str] | None = None, regions: Collection[str] | None = None
) -> list[Finding]:
    """Everything found, by line. `providers` and `regions` are those of vestibule.yaml, None where not known."""
    found = [
        *errors_of(policy.terms, policy.lines),
        *_loosened(policy),
        *_kept(policy),
        *_shadowed(policy),
        *_seen(policy),
    ]
    for selector, known in (("providers", providers), ("regions", regions)):
        if known is not None:
            found += _unknown(policy, selector, known)
    return sorted(found, key=lambda finding: (finding.line, finding.severity))


def _loosened(policy: Policy) -> Iterator[Finding]:
    for name in sorted(policy.terms.types.keys() & (ENTITIES.keys() - NEVER_LOOSENED)):
        if is_looser(name, policy.terms.types[name]):
            usual = ENTITIES[name]
            yield Finding(
                "warning",
                policy.lines.of(f"types.{name}"),
                f"{name} is {usual.level.label} and ruled `{usual.rule}` by default; this loosens it.",
                "Leave it out unless that is meant.",
            )


def _kept(policy: Policy) -> Iterator[Finding]:
    for name in sorted(policy.terms.types.keys() & ENTITIES.keys()):
        if policy.rule(name) == "keep" and policy.level(name) is PrivacyClass.CONFIDENTIAL:
            yield Finding(
                "warning",
                policy.lines.of(f"types.{name}"),
                f"{name} is {policy.level(name).label} and leaves as it is wherever that class may leave.",
                "Rule it `pseudonymise`.",
            )


def _seen(policy: Policy) -> Iterator[Finding]:
    if policy.terms.images == "stripped":
        yield Finding(
            "warning",
            policy.lines.of("images"),
            "images leave without their metadata; what can be seen in them is read by nobody before.",
            "Say `images: home` unless that is meant.",
        )


def _shadowed(policy: Policy) -> Iterator[Finding]:
    """Rules no request reaches, because one before them takes everything they select."""
    for at, rule in enumerate(policy.terms.cloud):
        classes = rule.allow or rule.refuse
        takers = {label: _taker(policy.terms.cloud[:at], rule, label) for label in classes}
        if not classes or None in takers.values():
            continue
        line = policy.lines.of(f"cloud[{at}]")
        first = next(number for number in takers.values() if number)
        if bool(policy.terms.cloud[first - 1].allow) != bool(rule.allow):
            yield Finding("warning", line, f"rule {at + 1} contradicts rule {first}, which wins.", "Order them anew.")
        else:
            yield Finding("warning", line, f"rule {at + 1} is never reached: rule {first} covers it.", "Take it out.")


def _taker(before: tuple[CloudRule, ...], rule: CloudRule, label: str) -> int | None:
    """The number of the first rule before it that takes all of what `rule` selects of this class."""
    for number, other in enumerate(before, 1):
        if label in (other.allow or other.refuse) and all(_covers(other, rule, name) for name in _SELECTORS):
            return number
    return None


def _covers(other: CloudRule, rule: CloudRule, selector: str) -> bool:
    wide, narrow = set(getattr(other, selector)), set(getattr(rule, selector))
    if not wide:
        return True
    if selector == "buildings" and bool(other.allow) != bool(rule.allow):
        # a request about two buildings may pass by the one rule and meet the other
        return bool(rule.allow) and bool(narrow) and narrow <= wide
    return bool(narrow) and narrow <= wide


def _unknown(policy: Policy, selector: str, known: Collection[str]) -> Iterator[Finding]:
    for at, rule in enumerate(policy.terms.cloud):
        for name in getattr(rule, selector):
            if name not in known:
                line = policy.lines.of(f"cloud[{at}].{selector}")
                said = f"`{name}` is not among the {selector} of vestibule.yaml."
                yield Finding("warning", line, said, f"Known: {', '.join(sorted(known)) or 'none'}.")
