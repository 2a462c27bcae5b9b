"""The shipped rules, and what a version of the configuration changes of them."""

import pytest

from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Routes, TaskRule
from vestibule.routing.tasks import rank, rule, shipped_rules

KINDS: tuple[TaskKind, ...] = ("coordination", "lookup", "analysis", "optimisation", "forecast", "report", "code")


def test_every_kind_has_a_rule_with_times_and_lengths() -> None:
    assert set(shipped_rules()) == set(KINDS)
    for kind in KINDS:
        shipped = rule(Routes(), kind)
        assert shipped.first_token_s is not None
        assert shipped.deadline_s is not None
        assert shipped.first_token_s < shipped.deadline_s
        assert shipped.max_tokens
        assert shipped.prefer


def test_agents_are_answered_in_a_second_and_people_begin_to_be_in_two() -> None:
    assert rule(Routes(), "coordination").deadline_s == 1.0
    assert rule(Routes(), "lookup").first_token_s == 2.0
    assert rule(Routes(), None).first_token_s == 2.0


def test_a_version_is_laid_over_key_by_key() -> None:
    routes = Routes(tasks={"lookup": TaskRule(prefer=("mine",), quality=0.8, cloud=False)})
    shipped, changed = rule(Routes(), "lookup"), rule(routes, "lookup")
    assert (changed.prefer, changed.quality, changed.cloud) == (("mine",), 0.8, False)
    assert (changed.first_token_s, changed.deadline_s, changed.max_tokens) == (
        shipped.first_token_s,
        shipped.deadline_s,
        shipped.max_tokens,
    )
    assert rule(routes, "report") == rule(Routes(), "report")


def test_what_a_version_can_set_to_its_default_is_not_shipped_otherwise() -> None:
    """Else a version could not have it."""
    for shipped in shipped_rules().values():
        assert (shipped.quality, shipped.cloud) == (TaskRule().quality, TaskRule().cloud)


@pytest.mark.parametrize(
    ("kind", "model", "name"),
    [
        ("coordination", "fast", "llama-3.2-3b-instruct"),
        ("coordination", "llama3.2:3b", "llama3.2:3b"),
        ("lookup", "Qwen2.5-7B-Instruct", "qwen"),
        ("analysis", "gemini-2.0-flash", "gemini-2.0-flash"),
        ("optimisation", "strategist", "deepseek-chat"),
        ("optimisation", "DeepSeek-V3", "DeepSeek-V3"),
        ("report", "gpt-4o", "gpt-4o-2024-08-06"),
    ],
)
def test_the_shipped_rules_know_models_by_id_or_name(kind: TaskKind, model: str, name: str) -> None:
    assert rank(rule(Routes(), kind).prefer, model, name) is not None


def test_the_first_that_is_preferred_ranks_first_and_others_nowhere() -> None:
    assert [rank(("b", "a*"), model, "") for model in ("a1", "b", "c")] == [1, 0, None]
    assert rank(rule(Routes(), "lookup").prefer, "gpt-4o", "gpt-4o") is None
