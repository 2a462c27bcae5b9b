"""What experiments may not say, each refused with its line and its mend."""

from __future__ import annotations

import pytest

from vestibule.configuration.mistakes import ConfigurationError
from vestibule.configuration.reading import read
from vestibule.configuration.rules import KnownModel, Rules

MODELS = {
    "small": KnownModel("small"),
    "large": KnownModel("large", adapters=("energy",)),
    "gpt": KnownModel("gpt", "cloud"),
}
RULES = Rules(MODELS, lambda content: ())
WORDS = "arms: [{id: was}, {id: new, prompt: short}]"
E = "experiments:\n- id: e\n  arms: "


def check(text: str) -> list[str]:
    """What is refused, as `line path`."""
    try:
        RULES.check(read(text.encode()))
    except ConfigurationError as error:
        return [f"{mistake.line} {mistake.path}" for mistake in error.mistakes]
    return []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (f"experiments:\n- {{id: e, {WORDS}}}", ["2 experiments[0].arms[1].prompt"]),
        ("routes:\n  tasks:\n    report: {prompt: short}", ["3 routes.tasks.report.prompt"]),
        (E + "[{id: a}, {id: b, adapters: {energy: 1}}]", ["3 experiments[0].arms[1].adapters"]),
        (E + "[{id: a, model: small}, {id: b, model: gpt}]", ["3 experiments[0].arms[1].model"]),
        (E + "[{id: a}, {id: b}]", ["3 experiments[0].arms"]),
        (E + "[{id: a}, {id: b, prefer: [gone]}]", ["3 experiments[0].arms[1].prefer[0]"]),
        (E + "[{id: a}, {id: b, prefer: [gpt, gpt]}]", ["3 experiments[0].arms[1].prefer"]),
        (E + "[{id: a}, {id: b, weights: {cost: -1}}]", ["3 experiments[0].arms[1].weights.cost"]),
        (E + "[{id: a}, {id: b, weights: {privacy: 0.2}}]", ["3 experiments[0].arms[1].weights.privacy"]),
        (
            "routes: {tasks: {code: {cloud: false}}}\n" + E + "[{id: a}, {id: b, prefer: [small, gpt]}]",
            ["4 experiments[0].arms[1].prefer[1]"],
        ),
        ("experiments:\n- id: e/../x\n  arms: [{id: a}, {id: b, model: large}]", ["2 experiments[0].id"]),
    ],
)
def test_what_an_arm_may_not_is_refused(text: str, refused: list[str]) -> None:
    assert check(text) == refused


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("", "", True),
        ("tasks: [report]", "tasks: [code]", False),
        ("tasks: [report]", "", True),
        ("tenants: [acme]", "tenants: [other]", False),
        ("tenants: [acme], tasks: [report]", "tenants: [acme], tasks: [report, code]", True),
    ],
)
def test_two_experiments_do_not_change_the_same_thing_of_one_request(one: str, other: str, meet: bool) -> None:
    text = f"""
prompts: {{short: Be brief.}}
experiments:
- {{id: e, {WORDS}, {one}}}
- {{id: f, {WORDS}, {other}}}
"""
    assert check(text.replace(", }", "}")) == (["5 experiments[1].id"] if meet else [])


@pytest.mark.parametrize("other", ["prefer: [small]", "weights: {quality: 2}"])
def test_order_weights_and_model_are_of_one_experiment(other: str) -> None:
    for tasks, refused in (("report", ["3 experiments[1].id"]), ("code", [])):
        text = (
            "experiments:\n"
            "- {id: e, tasks: [report], arms: [{id: was}, {id: new, model: large}]}\n"
            f"- {{id: f, tasks: [{tasks}], arms: [{{id: was}}, {{id: new, {other}}}]}}\n"
        )
        assert check(text) == refused


def test_what_is_as_it_should_be_is_taken() -> None:
    assert not check(
        f"""
prompts: {{short: Be brief.}}
routes: {{tasks: {{report: {{prompt: short}}}}}}
experiments:
- {{id: words, {WORDS}}}
- id: models
  tasks: [report]
  arms: [{{id: was}}, {{id: tuned, model: large, adapters: {{energy: 0.5}}}}, {{id: out, model: gpt}}]
- id: routes
  tasks: [forecast]
  arms:
  - {{id: was}}
  - {{id: order, prefer: [gpt, large]}}
  - {{id: thrifty, weights: {{cost: 2, privacy: 0.3}}}}
- id: warmth
  sticky: user
  arms: [{{id: was}}, {{id: cool, sampling: {{temperature: 0.1}}}}]
  guardrails: [{{metric: failed, margin: 0.05}}]
"""
    )
