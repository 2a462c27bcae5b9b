"""The version that an arm becomes."""

import pytest

from vestibule.core.configuration import (
    AdapterUse,
    Arm,
    Document,
    Experiment,
    Routes,
    SamplingPreset,
    TaskRule,
    Tuned,
    Weights,
)
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.routing.experiments.promotion import KINDS, promoted

FIRST = Arm("was")
COOL = SamplingPreset(temperature=0.2)


def document(arm: Arm, *more: Experiment, **said: object) -> Document:
    return Document(experiments=(Experiment("e", (FIRST, arm), **said), *more))  # type: ignore[arg-type]


def test_a_model_is_preferred_before_those_that_were() -> None:
    before = document(Arm("new", model="large"), tasks=("report", "code"))
    routes = Routes(tasks={"report": TaskRule(prefer=("small", "large"), cloud=False)}, cloud_share=0.1)
    after = promoted(Document(routes=routes, experiments=before.experiments), "e", "new")
    assert after.experiments == ()
    assert after.routes.cloud_share == 0.1
    assert after.routes.tasks == {
        "report": TaskRule(prefer=("large", "small"), cloud=False),
        "code": TaskRule(prefer=("large",)),
    }


def test_adapters_and_prompt_become_the_rule() -> None:
    arm = Arm("new", model="large", adapters={"energy": 0.5}, prompt="short")
    rules = promoted(document(arm, tasks=("lookup",)), "e", "new").routes.tasks
    assert rules["lookup"] == TaskRule(prefer=("large",), prompt="short", adapters=(AdapterUse("energy", 0.5),))


def test_an_order_becomes_that_of_its_tasks_and_weights_those_of_the_routes() -> None:
    routes = Routes(tasks={"report": TaskRule(prefer=("small",), quality=0.7)}, weights=Weights(privacy=0.4))
    order = Arm("new", prefer=("large", "far"))
    after = promoted(Document(routes, experiments=document(order, tasks=("report",)).experiments), "e", "new").routes
    assert after.tasks == {"report": TaskRule(prefer=("large", "far"), quality=0.7)}
    assert after.weights == routes.weights
    both = Arm("new", model="far", prefer=("large", "far"))
    assert promoted(document(both, tasks=("code",)), "e", "new").routes.tasks == {
        "code": TaskRule(prefer=("far", "large"))
    }
    weighed = Arm("new", weights=Weights(quality=3.0))
    assert promoted(Document(routes, experiments=document(weighed).experiments), "e", "new").routes == Routes(
        tasks=routes.tasks, weights=Weights(quality=3.0)
    )
    with pytest.raises(InvalidRequest, match="weights hold for all"):
        promoted(document(weighed, tasks=("report",)), "e", "new")


def test_a_sampling_becomes_the_preset_of_its_tasks_or_of_all() -> None:
    presets = Tuned(tasks={"report": SamplingPreset(0.9, 0.8)})
    some = document(Arm("new", sampling=COOL), tasks=("report",))
    after = promoted(Document(presets=presets, experiments=some.experiments), "e", "new")
    assert after.presets.tasks == {"report": SamplingPreset(0.2, 0.8)}
    assert after.routes == Routes()
    every = promoted(document(Arm("new", sampling=COOL)), "e", "new")
    assert every.presets.tasks == dict.fromkeys(KINDS, COOL)


def test_a_sampling_of_a_model_is_that_models() -> None:
    after = promoted(document(Arm("new", model="large", sampling=COOL), tasks=("code",)), "e", "new")
    assert after.presets == Tuned(models={"large": {"code": COOL}})


def test_other_experiments_go_on() -> None:
    other = Experiment("other", (FIRST, Arm("new")))
    assert promoted(document(Arm("new", sampling=COOL), other), "e", "new").experiments == (other,)
    assert promoted(document(Arm("new", sampling=COOL), other), "e", "was") == Document(experiments=(other,))


def test_what_there_is_not_or_cannot_hold_for_all_is_refused() -> None:
    with pytest.raises(NotFound, match="was, new"):
        promoted(document(Arm("new")), "e", "other")
    with pytest.raises(NotFound, match="There are: e"):
        promoted(document(Arm("new")), "f", "new")
    with pytest.raises(NotFound, match="There is none"):
        promoted(Document(), "f", "new")
    with pytest.raises(InvalidRequest, match="some tenants only"):
        promoted(document(Arm("new", model="large"), tenants=("acme",)), "e", "new")
