"""A policy as a pure value: what each entity type means, which class may leave where, what is kept for how long.

Deciding is a few dictionary look-ups and one walk over the cloud rules; nothing here reads, waits or remembers.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

import msgspec

from vestibule.core.sensitivity import EgressRule, PrivacyClass, Span
from vestibule.privacy.entities import ENTITIES, Entity
from vestibule.privacy.policy.bounds import errors_of
from vestibule.privacy.policy.document import CloudRule, Lines, PolicyError, Terms, read


class Departure(msgspec.Struct, frozen=True):
    """Who wants to send what to whom. `consent` is what the request itself said: None for nothing."""

    tenant: str
    provider: str
    region: str = ""
    buildings: frozenset[str] = frozenset()
    consent: bool | None = None
    images: bool = False


class Verdict(msgspec.Struct, frozen=True):
    allowed: bool
    reason: str


@dataclass(frozen=True)
class Policy:
    """`terms` is what the file says, `entities` the types as that makes them, `lines` where in it things stand."""

    terms: Terms
    digest: str
    entities: Mapping[str, Entity]
    source: str = "policy.yaml"
    lines: Lines = field(default_factory=lambda: Lines(None), compare=False, repr=False)

    @classmethod
    def load(cls, path: Path) -> Policy:
        """Read the policy at `path`. Raise `PolicyError` naming line and mend, also for what no policy may say."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PolicyError(
                f"{path} cannot be read ({error.strerror}).", next_step="Check its name and permissions."
            ) from None
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, source: str = "policy.yaml") -> Policy:
        """Read a policy from the bytes of its file. Raises as `load` does."""
        policy = cls.draft(content, source)
        for finding in errors_of(policy.terms, policy.lines):
            raise PolicyError(f"{source}:{finding.line}: {finding.message}", next_step=finding.mend)
        return policy

    @classmethod
    def draft(cls, content: bytes, source: str = "policy.yaml") -> Policy:
        """Read a policy that need not be a usable one: for the linter."""
        terms, lines = read(content, source)
        return cls(terms, hashlib.sha256(content).hexdigest(), _entities(terms), source, lines)

    @classmethod
    def shipped(cls) -> Policy:
        """The policy in force where there is no other: it lets nothing leave."""
        return _shipped()

    @property
    def id(self) -> str:
        """What records and answers call it: the number in the file and the beginning of its SHA-256."""
        return f"{self.version}:{self.digest[:12]}"

    @property
    def version(self) -> int:
        return self.terms.version

    @property
    def default_level(self) -> PrivacyClass:
        return PrivacyClass.parse(self.terms.default_class)

    def level(self, entity_type: str) -> PrivacyClass:
        known = self.entities.get(entity_type)
        return known.level if known else PrivacyClass.RESTRICTED

    def rule(self, entity_type: str) -> EgressRule:
        known = self.entities.get(entity_type)
        return known.rule if known else "block"

    def ruled(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """The spans under the rules of this policy."""
        return tuple(
            span if span.rule == (rule := self.rule(span.type)) else msgspec.structs.replace(span, rule=rule)
            for span in spans
        )

    def verdict(self, level: PrivacyClass, departure: Departure) -> Verdict:
        """Whether this class may leave: the first cloud rule that matches decides, and none means no."""
        if level is PrivacyClass.RESTRICTED:
            return Verdict(False, "restricted never leaves the house")
        if departure.images and self.terms.images == "home":
            return Verdict(False, "the policy keeps images in the house")
        label = level.label
        for number, rule in enumerate(self.terms.cloud, 1):
            allowed = label in rule.allow
            if (allowed or label in rule.refuse) and _selects(rule, departure, allowed):
                name = f"cloud rule {number}" + (f" ({rule.name})" if rule.name else "")
                if not allowed:
                    return Verdict(False, f"{name} refuses {label}")
                return self._consented(departure) or Verdict(True, f"{name} allows {label}")
        return Verdict(False, f"no cloud rule allows {label}")

    def _consented(self, departure: Departure) -> Verdict | None:
        """The refusal for want of consent, if it is wanting. A request that says no is heard whatever the policy."""
        if departure.consent is False:
            return Verdict(False, "the caller does not consent to the cloud")
        consent = self.terms.consent
        if not consent.required or departure.tenant in consent.tenants:
            return None
        if departure.consent and consent.from_callers:
            return None
        return Verdict(False, "there is no consent to the cloud")

    def closed(self) -> Policy:
        """The same policy with the door shut."""
        return replace(self, terms=msgspec.structs.replace(self.terms, cloud=()))


def _selects(rule: CloudRule, departure: Departure, allowed: bool) -> bool:
    """An allowance must cover every building of the request, a refusal needs to name one of them."""
    if rule.tenants and departure.tenant not in rule.tenants:
        return False
    if rule.providers and departure.provider not in rule.providers:
        return False
    if rule.regions and departure.region not in rule.regions:
        return False
    if not rule.buildings:
        return True
    named = departure.buildings & set(rule.buildings)
    return bool(named) and (not allowed or named == departure.buildings)


def _entities(terms: Terms) -> dict[str, Entity]:
    entities = dict(ENTITIES)
    for name, said in terms.types.items():
        known = ENTITIES.get(name) or Entity(name, PrivacyClass.RESTRICTED, "block", name)
        level = PrivacyClass.parse(said.level) if said.level else known.level
        entities[name] = replace(known, level=level, rule=said.rule or known.rule)
    return entities


@functools.cache
def _shipped() -> Policy:
    content = resources.files("vestibule.privacy.policy").joinpath("default.yaml").read_bytes()
    return Policy.parse(content, "the policy shipped (privacy/policy/default.yaml)")
