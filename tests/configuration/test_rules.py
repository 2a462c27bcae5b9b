"""What a version may not say though it has the right form: each breach with its line and its mend, all at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec
import pytest

from tests.configuration.conftest import MODELS, no_lint
from vestibule.configuration.mistakes import ConfigurationError, Finding, Mistake
from vestibule.configuration.reading import read
from vestibule.configuration.rules import Rules
from vestibule.core.configuration import Document, Price

TODAY = date(2026, 7, 20)
RULES = Rules(MODELS, no_lint, today=TODAY)


def breaches(content: str, rules: Rules = RULES) -> list[Mistake]:
    with pytest.raises(ConfigurationError) as refused:
        rules.check(read(content.encode()), "a.yaml")
    return list(refused.value.mistakes)


def only(content: str, rules: Rules = RULES) -> Mistake:
    (found,) = breaches(content, rules)
    assert found.mend
    return found


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("routes:\n  tasks:\n    lookup:\n      prefer:\n        - smal\n", 5),
        ("routes:\n  fallbacks:\n    small: [smal]\n", 3),
        ("routes:\n  fallbacks:\n    smal: [large]\n", 3),
        ("prices:\n  - {model: smal, since: 2026-08-01, input: 1, output: 1}\n", 2),
        ("energy: {watts: {smal: 50}}\n", 1),
        ("models:\n  smal: {closed: true}\n", 2),
        ("presets:\n  models:\n    smal: {}\n", 3),
        ("budgets:\n  models: {smal: {}}\n", 2),
        ("experiments:\n  - id: a\n    arms:\n      - {id: x}\n      - {id: y, model: smal}\n", 5),
    ],
)
def test_a_model_there_is_not_is_named_with_the_nearest_one(content: str, line: int) -> None:
    found = only(content)
    assert (found.line, found.mend) == (line, "Did you mean `small`?")


def test_contradictions_within_a_rule() -> None:
    found = breaches(
        "routes:\n"
        "  tasks:\n"
        "    lookup:\n"
        "      prefer: [small, far, small]\n"
        "      cloud: false\n"
        "      first_token_s: 9\n"
        "      deadline_s: 3\n"
    )
    assert [(f.line, f.path) for f in found] == [
        (4, "routes.tasks.lookup.prefer"),
        (4, "routes.tasks.lookup.prefer[1]"),
        (6, "routes.tasks.lookup.first_token_s"),
    ]


@pytest.mark.parametrize(
    ("fallbacks", "circle"),
    [
        ("{small: [small]}", "small -> small"),
        ("{small: [large], large: [small]}", "small -> large -> small"),
        ("{far: [small], small: [large], large: [far]}", "far -> small -> large -> far"),
    ],
)
def test_fallbacks_in_a_circle(fallbacks: str, circle: str) -> None:
    assert circle in only(f"routes:\n  fallbacks: {fallbacks}\n").message


def test_fallbacks_that_meet_again_are_no_circle() -> None:
    RULES.check(read(b"routes: {fallbacks: {small: [large, far], large: [far]}}\n"))


def test_weights_that_decide_nothing_or_the_wrong_way() -> None:
    assert only("routes: {weights: {quality: 0, latency: 0, cost: 0, privacy: 0}}\n").path == "routes.weights"
    assert only("routes:\n  weights:\n    cost: -1\n").line == 3


def test_prices_are_added_and_none_is_put_into_the_past() -> None:
    old = Price("far", date(2026, 1, 1), 1.0, 2.0)
    rules = msgspec.structs.replace(RULES, live=Document(prices=(old,)))
    kept = "prices:\n  - {model: far, since: 2026-01-01, input: 1, output: 2}\n"
    for since in ("2025-06-01", "2026-01-01"):
        found = only(kept.replace("input: 1", "input: 3").replace("2026-01-01", since), rules)
        assert (found.line, found.path) == (2, "prices[0].since")
        assert "in the past" in found.message
    assert only(f"{kept}  - {{model: far, since: 2026-07-19, input: 3, output: 2}}\n", rules).path == "prices[1].since"
    rules.check(read(f"{kept}  - {{model: far, since: 2026-07-20, input: 3, output: 2}}\n".encode()))
    rules.check(read(f"{kept}  - {{model: far, since: 2026-08-01, input: 3, output: 2}}\n".encode()))
    rules.check(read(b"prices: [{model: small, since: 2020-01-01, input: 1, output: 1}]\n"))
    again = kept.replace("input: 1", "input: 3").encode()
    msgspec.structs.replace(rules, old=True).check(read(again))


def test_a_price_that_will_be_may_still_be_changed() -> None:
    later = Price("far", date(2026, 9, 1), 1.0, 2.0)
    rules = msgspec.structs.replace(RULES, live=Document(prices=(later,)))
    rules.check(read(b"prices: [{model: far, since: 2026-08-01, input: 1, output: 1}]\n"))


def test_two_prices_from_the_same_day() -> None:
    one = "  - {model: far, since: 2026-08-01, input: 1, output: 1}\n"
    assert only(f"prices:\n{one}{one}").line == 3


def test_experiments_have_arms_that_can_be_told_apart() -> None:
    warm = "sampling: {temperature: 1}"
    found = breaches(
        "experiments:\n"
        f"  - {{id: a, tasks: [lookup], arms: [{{id: x, {warm}}}]}}\n"
        f"  - {{id: a, tasks: [report], arms: [{{id: x}}, {{id: x, {warm}}}]}}\n"
    )
    assert [(f.line, f.path) for f in found] == [
        (2, "experiments[0].arms"),
        (3, "experiments[1].id"),
        (3, "experiments[1].arms"),
    ]


@pytest.mark.parametrize("tasks", ["", ", tasks: [lookup]"])
def test_no_arm_sends_outside_what_a_rule_keeps_at_home(tasks: str) -> None:
    arms = "arms: [{id: x}, {id: y, model: far}]"
    rule = "routes: {tasks: {lookup: {cloud: false}}}\n"
    assert "lookup" in only(f"{rule}experiments:\n  - {{id: a, {arms}{tasks}}}\n").message
    RULES.check(read(f"{rule}experiments:\n  - {{id: a, {arms}, tasks: [report]}}\n".encode()))


def test_an_arm_has_adapters_of_its_model_and_prompts_that_are_there() -> None:
    experiment = "experiments:\n  - {{id: a, arms: [{{id: x}}, {{id: y, {}}}]}}\n"
    assert "adapter" in only(experiment.format("model: small, adapters: {hvac: 1}")).message
    assert "adapter" in only("routes: {tasks: {lookup: {adapters: [{name: none}]}}}\n").message
    assert "prompt" in only(experiment.format("prompt: terse")).message
    good = experiment.format("model: large, adapters: {hvac: 1}, prompt: terse") + "prompts: {terse: Be brief.}\n"
    RULES.check(read(good.encode()))


def test_a_prompt_says_something() -> None:
    assert only("prompts:\n  system: '  '\n").line == 2


def test_what_is_laid_over_somewhere_is_checked_as_it_comes_out_there() -> None:
    found = only(
        "routes: {tasks: {lookup: {prefer: [far]}}}\n"
        "environments:\n"
        "  staging:\n"
        "    routes: {tasks: {lookup: {cloud: false}}}\n"
    )
    assert found.path == "routes.tasks.lookup.prefer[0]"
    assert found.line == 1
    assert only("environments:\n  staging:\n    routes: {fallbacks: {small: [smal]}}\n").line == 3
    assert "Take them out" in only("environments:\n  staging: {environments: {}}\n").mend


class Said(msgspec.Struct, frozen=True):
    severity: str
    line: int
    message: str
    mend: str = "Mend it."


def test_the_policy_is_read_by_who_knows_policies_and_keeps_its_line() -> None:
    asked: list[bytes] = []

    def lint(content: bytes) -> Collection[Finding]:
        asked.append(content)
        line = content[: content.index(b"types")].count(b"\n") + 1
        return [Said("error", line, "is no type."), Said("warning", line, "is unwise.")]  # type: ignore[list-item]

    rules = msgspec.structs.replace(RULES, lint=lint)
    found = breaches("cache: {seconds: 5}\npolicy:\n  version: 1\n  types: {X: {}}\n", rules)
    assert [(f.line, f.severity) for f in found] == [(4, "error"), (4, "warning")]
    breaches(
        "policy: {version: 1}\nenvironments:\n  staging:\n    policy: {types: {}}\n".replace("1}", "1, types: {}}"),
        rules,
    )
    assert len(asked) == 3


def test_a_warning_stops_nothing() -> None:
    rules = msgspec.structs.replace(RULES, lint=lambda _: [Said("warning", 1, "is unwise.")])
    assert [w.severity for w in rules.check(read(b"policy: {version: 1}\n"))] == ["warning"]
