"""The linter: what is probably not what was meant, with its line."""

from __future__ import annotations

from vestibule.privacy.policy import Finding, Policy, lint


def findings(text: str, **known: list[str]) -> list[Finding]:
    return lint(Policy.draft(f"version: 1\n{text}".encode()), **known)


def messages(text: str, **known: list[str]) -> list[str]:
    return [f"{f.severity} {f.line}: {f.message}" for f in findings(text, **known)]


def test_a_good_policy_has_no_findings() -> None:
    text = "types: {ROOM: {rule: block}}\ncloud:\n- {refuse: [internal], tenants: [a]}\n- {allow: [internal]}\n"
    assert messages(text, providers=["openai"], regions=["eu"]) == []


def test_a_rule_that_is_never_reached() -> None:
    text = "cloud:\n- {allow: [public, internal]}\n- {allow: [internal], providers: [x]}\n- {allow: [confidential]}\n"
    assert messages(text) == ["warning 4: rule 2 is never reached: rule 1 covers it."]


def test_rules_that_contradict_each_other() -> None:
    text = "cloud:\n- {allow: [internal], tenants: [a, b]}\n- {refuse: [internal], tenants: [a]}\n"
    assert messages(text) == ["warning 4: rule 2 contradicts rule 1, which wins."]


def test_rules_that_only_overlap_are_left_alone() -> None:
    text = (
        "cloud:\n- {allow: [internal], buildings: [a, b]}\n- {refuse: [internal], buildings: [a]}\n"
        "- {allow: [internal], regions: [eu]}\n- {allow: [internal, public], regions: [eu]}\n"
    )
    assert messages(text) == []


def test_providers_and_regions_that_are_not_there() -> None:
    text = "cloud:\n- allow: [internal]\n  providers: [opnai]\n  regions: [eu, us]\n"
    assert findings(text) == []
    found = findings(text, providers=["openai"], regions=["eu"])
    assert [(f.line, f.mend) for f in found] == [(4, "Known: openai."), (5, "Known: eu.")]
    assert findings(text, providers=[], regions=["eu", "us"])[0].mend == "Known: none."


def test_what_loosens_is_said_and_what_no_policy_may_say_is_an_error() -> None:
    text = "types:\n  METER_ID: {rule: pseudonymise}\n  EMAIL: {rule: keep}\n  API_KEY: {class: internal}\n  X: {}\n"
    assert messages(text) == [
        "warning 3: METER_ID is restricted and ruled `block` by default; this loosens it.",
        "warning 4: EMAIL is confidential and ruled `pseudonymise` by default; this loosens it.",
        "warning 4: EMAIL is confidential and leaves as it is wherever that class may leave.",
        "error 5: API_KEY is restricted and blocked, and no policy loosens that.",
        "error 6: `X` is no entity type.",
    ]


def test_tightening_is_never_remarked_on() -> None:
    assert messages("types:\n  EMAIL: {class: restricted, rule: block}\n  API_KEY: {rule: block}\n") == []
