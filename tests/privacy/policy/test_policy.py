"""What a policy file may say, what is said of one that is wrong, and what a policy decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.policy import Departure, Policy, PolicyError, lint

OPEN = "consent: {required: false}\n"


def policy(text: str) -> Policy:
    return Policy.parse(f"version: 3\n{text}".encode())


def leaves(text: str, level: str = "internal", **departure: object) -> bool:
    asked = {"tenant": "acme", "provider": "openai"} | departure
    return policy(text).verdict(PrivacyClass.parse(level), Departure(**asked)).allowed  # type: ignore[arg-type]


@pytest.mark.parametrize("level", list(PrivacyClass))
def test_the_policy_shipped_lets_nothing_leave(level: PrivacyClass) -> None:
    verdict = Policy.shipped().verdict(level, Departure("acme", "openai", consent=True))
    assert not verdict.allowed
    assert lint(Policy.shipped(), (), ()) == []


def test_the_policy_shipped_changes_no_type() -> None:
    assert Policy.shipped().entities == ENTITIES


def test_a_policy_is_called_by_its_number_and_digest() -> None:
    one, other = policy(""), policy("# other\n")
    assert one.id.startswith("3:")
    assert one.id != other.id
    assert one.version == other.version == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 1\ntypes:\n  EMIAL: {rule: block}\n", "p.yaml:3: `EMIAL` is no entity type.*mean EMAIL"),
        ("version: 1\ntypes:\n  XYZXYZ: {rule: block}\n", "p.yaml:3: .*Types are: ACCESS_CODE"),
        ("version: 1\ntypes:\n  EMAIL: {rule: blok}\n", "p.yaml:3: `types.EMAIL.rule`.*blok"),
        ("version: 1\ntypes:\n  ROOM: {rule: block}\n  EMAIL: 3\n", "p.yaml:4: `types.EMAIL`"),
        ("version: 1\ntypes: 4\n", "p.yaml:2: `types`"),
        ("version: 1\ncloud:\n  - allow: [internal]\n    providrs: [x]\n", "p.yaml:4: .*unknown field"),
        ("version: 1\ncloud:\n  - allow: [secret]\n", "p.yaml:3: .*secret"),
        ("version: 1\ncloud:\n  - allow: [restricted]\n", "p.yaml:3: restricted never leaves"),
        ("version: 1\ncloud:\n  - tenants: [a]\n", "p.yaml:3: a cloud rule has `allow` or `refuse`"),
        ("version: 1\ncloud:\n  - {allow: [public], refuse: [public]}\n", "p.yaml:3: a cloud rule has"),
        ("version: 1\nretention: {audit_days: 0}\n", "p.yaml:2: `retention.audit_days`"),
        ("version: 1\ndefault_class: public\n", "p.yaml:2: `default_class`"),
        ("version: 1\nversion: 2\n", "p.yaml:2: `version` is there twice"),
        ("version: 1\ntypes:\n  ROOM: {rule: block}\n  ROOM: {rule: keep}\n", "p.yaml:4: `types.ROOM` is there twice"),
        ("version: 0\n", "p.yaml:1: `version`"),
        ("types: {}\n", "missing required field `version`"),
        ("- 1\n", "p.yaml:1: a mapping is expected"),
        ("", "a mapping is expected"),
        ("version: [1\n", r"p.yaml:2: expected"),
        ("version: 1\nx: " + "[" * 2000, "p.yaml"),
        ("version: 1\n#" + "x" * 300_000, "longer than"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        Policy.parse(text.encode(), "p.yaml")


@pytest.mark.parametrize("name", ["API_KEY", "PASSWORD", "PRIVATE_KEY", "CONNECTION_STRING", "ACCESS_CODE"])
@pytest.mark.parametrize("said", ["{rule: keep}", "{rule: pseudonymise}", "{class: confidential}"])
def test_secrets_are_never_loosened(name: str, said: str) -> None:
    with pytest.raises(PolicyError, match=f"{name} is restricted and blocked"):
        policy(f"types: {{{name}: {said}}}")


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"cannot be read \(No such file"):
        Policy.load(tmp_path / "policy.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"version: 1\n# \xff\n")
    with pytest.raises(PolicyError, match="not UTF-8"):
        Policy.load(tmp_path / "latin.yaml")


def test_types_get_other_classes_and_rules() -> None:
    ours = policy("types:\n  ROOM: {class: restricted, rule: block}\n  EMAIL: {rule: keep}\n")
    assert (ours.level("ROOM"), ours.rule("ROOM")) == (PrivacyClass.RESTRICTED, "block")
    assert (ours.level("EMAIL"), ours.rule("EMAIL")) == (PrivacyClass.CONFIDENTIAL, "keep")
    assert (ours.level("NOBODY_KNOWS"), ours.rule("NOBODY_KNOWS")) == (PrivacyClass.RESTRICTED, "block")
    spans = (Span("ROOM", 0, 1, 0.9, "r", "pseudonymise"), Span("PHONE", 2, 3, 0.9, "r", "pseudonymise"))
    assert [span.rule for span in ours.ruled(spans)] == ["block", "pseudonymise"]


def test_the_first_rule_that_matches_decides() -> None:
    text = OPEN + (
        "cloud:\n"
        "  - {name: not to them, refuse: [internal], providers: [openai], regions: [us]}\n"
        "  - {allow: [public, internal], providers: [openai, mistral]}\n"
        "  - {allow: [confidential], tenants: [acme], regions: [eu]}\n"
    )
    assert leaves(text, region="eu")
    assert not leaves(text, region="us")
    assert leaves(text, "public", region="us")
    assert not leaves(text, provider="other")
    assert leaves(text, "confidential", region="eu")
    assert not leaves(text, "confidential", region="eu", tenant="other")
    assert not leaves(text, "restricted", region="eu")
    reasons = [policy(text).verdict(PrivacyClass.INTERNAL, Departure("acme", "openai", r)).reason for r in ("us", "eu")]
    assert reasons == ["cloud rule 1 (not to them) refuses internal", "cloud rule 2 allows internal"]


def test_an_allowance_covers_every_building_and_a_refusal_needs_one() -> None:
    allowed = OPEN + "cloud: [{allow: [internal], buildings: [a, b]}]"
    refused = OPEN + "cloud: [{refuse: [internal], buildings: [h]}, {allow: [internal]}]"
    for buildings, expected in ((("a",), True), (("a", "b"), True), (("a", "c"), False), ((), False)):
        assert leaves(allowed, buildings=frozenset(buildings)) is expected
    for buildings, expected in ((("h",), False), (("a", "h"), False), (("a",), True), ((), True)):
        assert leaves(refused, buildings=frozenset(buildings)) is expected


@pytest.mark.parametrize(
    ("consent", "said", "expected"),
    [
        ("{}", None, False),
        ("{}", True, True),
        ("{}", False, False),
        ("{from_callers: false}", True, False),
        ("{tenants: [acme]}", None, True),
        ("{tenants: [acme]}", False, False),
        ("{tenants: [other]}", None, False),
        ("{required: false}", None, True),
        ("{required: false}", False, False),
    ],
)
def test_consent(consent: str, said: bool | None, expected: bool) -> None:
    assert leaves(f"consent: {consent}\ncloud: [{{allow: [internal]}}]", consent=said) is expected


def test_a_closed_policy_lets_nothing_leave_and_keeps_its_types() -> None:
    ours = policy(OPEN + "types: {ROOM: {rule: block}}\ncloud: [{allow: [public, internal, confidential]}]").closed()
    assert not any(ours.verdict(level, Departure("acme", "openai")).allowed for level in PrivacyClass)
    assert ours.rule("ROOM") == "block"


_RULES = st.lists(
    st.builds(
        lambda verb, classes, selector, names: {verb: sorted(classes), selector: sorted(names)},
        st.sampled_from(["allow", "refuse"]),
        st.sets(st.sampled_from(["public", "internal", "confidential"]), min_size=1),
        st.sampled_from(["tenants", "buildings", "providers", "regions"]),
        st.sets(st.sampled_from(["a", "b"])),
    ),
    max_size=5,
)


@given(_RULES, st.lists(st.sampled_from("ab"), min_size=4, max_size=4))
def test_restricted_never_leaves_and_what_leaves_was_allowed(rules: list[dict[str, list[str]]], who: list[str]) -> None:
    ours = policy(OPEN + f"cloud: {rules!r}")
    departure = Departure(who[0], who[1], who[2], frozenset(who[3]), True)
    assert not ours.verdict(PrivacyClass.RESTRICTED, departure).allowed
    for level in (PrivacyClass.PUBLIC, PrivacyClass.INTERNAL, PrivacyClass.CONFIDENTIAL):
        if ours.verdict(level, departure).allowed:
            assert any(level.label in rule.get("allow", []) for rule in rules)


@given(_RULES, st.lists(st.sampled_from("abc"), min_size=4, max_size=4))
def test_a_rule_the_linter_calls_unreachable_decides_nothing(rules: list[dict[str, list[str]]], who: list[str]) -> None:
    ours = policy(OPEN + f"cloud: {rules!r}")
    lost = {int(f.message.split()[1]) for f in lint(ours) if f.message.startswith("rule")}
    kept = policy(OPEN + f"cloud: {[rule for n, rule in enumerate(rules, 1) if n not in lost]!r}")
    departure = Departure(who[0], who[1], who[2], frozenset(who[3]), True)
    for level in PrivacyClass:
        assert ours.verdict(level, departure).allowed == kept.verdict(level, departure).allowed
