"""Who gets which arm: the shares, who keeps an arm when, and that experiments do not know of each other."""

from collections import Counter
from collections.abc import Sequence

import pytest

from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions
from vestibule.core.configuration import Arm, Configuration, Document, Experiment, SamplingPreset, Weights
from vestibule.routing.experiments.assignment import Assignment, Stop, assign, edition

UNITS = 100_000
CALLER = Caller("acme", "key-1")


def asked(model: str = "auto", *, session: str = "", user: str = "") -> ChatRequest:
    return ChatRequest(model, (Message("user", "How warm is it?"),), session=session, user=user)


def experiment(*weights: float, id: str = "warmer", share: float = 1.0, **said: object) -> Experiment:
    arms = tuple(Arm(f"arm-{at}", weight, sampling=_warm(at)) for at, weight in enumerate(weights))
    return Experiment(id, arms, share=share, **said)  # type: ignore[arg-type]


def _warm(at: int) -> SamplingPreset:
    return SamplingPreset(temperature=at / 10) if at else SamplingPreset()


def configured(*experiments: Experiment, **prompts: str) -> Configuration:
    return Configuration(7, Document(experiments=experiments, prompts=prompts))


def drawn(made: Experiment, units: int = UNITS) -> list[str]:
    """The arm of each of so many sessions, "" where it takes no part."""
    configuration = configured(made)
    return [_arm(assign(configuration, asked(session=f"s-{at}"), CALLER, "r")) for at in range(units)]


def _arm(assigned: Sequence[Assignment]) -> str:
    return assigned[0].arm.id if assigned else ""


def chi_square(counts: Sequence[int], expected: Sequence[float]) -> float:
    return sum((count - wanted) ** 2 / wanted for count, wanted in zip(counts, expected, strict=True))


@pytest.mark.parametrize(
    ("weights", "share", "critical"),  # of chi-square at 0.001, for so many arms and who takes no part
    [((1, 1), 1.0, 10.83), ((90, 10), 1.0, 10.83), ((1, 2, 3, 4), 1.0, 16.27), ((1, 1), 0.2, 13.82)],
)
def test_shares_and_weights_are_kept_to(weights: tuple[float, ...], share: float, critical: float) -> None:
    counts = Counter(drawn(experiment(*weights, share=share)))
    parts = [share * weight / sum(weights) for weight in weights]
    found = [counts[f"arm-{at}"] for at in range(len(weights))]
    if share < 1:
        found, parts = [*found, counts[""]], [*parts, 1 - share]
    assert chi_square(found, [UNITS * part for part in parts]) < critical


def test_who_takes_part_keeps_the_arm_when_the_share_grows() -> None:
    before = drawn(experiment(1, 1, share=0.1), 20_000)
    after = drawn(experiment(1, 1, share=0.3), 20_000)
    kept = [was == now for was, now in zip(before, after, strict=True) if was]
    assert len(kept) > 1500
    assert all(kept)


def test_a_weight_that_grows_takes_from_others_and_moves_nobody_else() -> None:
    before = drawn(experiment(1, 1, 1), 20_000)
    after = drawn(experiment(1, 1, 2), 20_000)
    moved = Counter(now for was, now in zip(before, after, strict=True) if was != now)
    assert set(moved) == {"arm-2"}
    assert 0.13 < moved["arm-2"] / 20_000 < 0.2  # a half from a third is a sixth


def test_experiments_are_independent_of_each_other() -> None:
    both = configured(experiment(1, 1, id="one", share=0.5), experiment(1, 1, id="other", share=0.5))
    table: Counter[tuple[str, str]] = Counter()
    for at in range(UNITS):
        arms = {a.experiment: a.arm.id for a in assign(both, asked(session=f"s-{at}"), CALLER, "r")}
        table[arms.get("one", ""), arms.get("other", "")] += 1
    parts = {"": 0.5, "arm-0": 0.25, "arm-1": 0.25}
    cells = [(table[a, b], UNITS * parts[a] * parts[b]) for a in parts for b in parts]
    assert chi_square(*zip(*cells, strict=True)) < 26.12  # 8 degrees of freedom at 0.001


def test_the_arm_is_the_same_in_every_process_and_version() -> None:
    """Written down once: a change of it would give everybody another arm."""
    assert drawn(experiment(1, 1, 1), 12) == [
        _arm(assign(configured(experiment(1, 1, 1)), asked(session=f"s-{at}"), CALLER, f"r-{at}")) for at in range(12)
    ]
    assert "".join(arm[-1] for arm in drawn(experiment(1, 1, 1), 12)) == "011211012212"


@pytest.mark.parametrize("sticky", ["session", "user", "request"])
def test_an_arm_is_kept_by_session_user_or_nobody(sticky: str) -> None:
    configuration = configured(experiment(1, 1, sticky=sticky))

    def arms(session: str, user: str, key: str = "key-1") -> set[str]:
        request = asked(session=session, user=user)
        return {_arm(assign(configuration, request, Caller("acme", key), f"r-{at}")) for at in range(64)}

    assert len(arms("s", "u")) == (2 if sticky == "request" else 1)
    assert len(arms("", "")) == (1 if sticky == "user" else 2)
    keepers = [
        arms(f"s-{at}" if sticky == "session" else "", f"u-{at}" if sticky == "user" else "") for at in range(32)
    ]
    assert set.union(*keepers) == {"arm-0", "arm-1"}


def test_tenants_draw_apart() -> None:
    configuration = configured(experiment(1, 1))
    both = {
        tuple(_arm(assign(configuration, asked(session=f"s-{at}"), Caller(tenant, "k"), "r")) for at in range(32))
        for tenant in ("acme", "other")
    }
    assert len(both) == 2


def test_an_experiment_is_for_its_tasks_tenants_and_models() -> None:
    between = Experiment("between", (Arm("was", model="small"), Arm("new", model="large")))
    request = asked(session="s")

    def takes_part(made: Experiment, request: ChatRequest = request, **said: object) -> bool:
        return bool(assign(configured(made), request, CALLER, "r", **said))  # type: ignore[arg-type]

    assert takes_part(experiment(1, 1, tasks=("report",)), task="report")
    assert not takes_part(experiment(1, 1, tasks=("report",)), task="lookup")
    assert not takes_part(experiment(1, 1, tasks=("report",)))
    assert not takes_part(experiment(1, 1, tenants=("other",)))
    assert takes_part(experiment(1, 1, tenants=("acme",)))
    assert [takes_part(between, asked(model)) for model in ("auto", "small", "large", "else")] == [
        True,
        True,
        False,
        False,
    ]
    for arm in (Arm("new", prefer=("large",)), Arm("new", weights=Weights())):
        routed = Experiment("routes", (Arm("was"), arm))
        assert [takes_part(routed, asked(model)) for model in ("auto", "small")] == [True, False]
    own = ChatRequest("auto", request.messages, options=Options(route=RouteOptions(adapters={"mine": 1.0})))
    assert not takes_part(between, own)


def test_who_has_a_stopped_arm_takes_no_part_and_the_others_go_on() -> None:
    made = experiment(1, 1)
    configuration, stopped = configured(made), {Stop("warmer", edition(made), "arm-1")}
    before = [_arm(assign(configuration, asked(session=f"s-{at}"), CALLER, "r")) for at in range(200)]
    after = [_arm(assign(configuration, asked(session=f"s-{at}"), CALLER, "r", None, stopped)) for at in range(200)]
    assert after == ["" if arm == "arm-1" else arm for arm in before]
    whole = {Stop("warmer", edition(made))}
    assert assign(configuration, asked(session="s-1"), CALLER, "r", None, whole) == ()


def test_an_edition_is_what_the_arms_do() -> None:
    made = experiment(1, 1)
    assert edition(made) == edition(experiment(3, 1, share=0.2))
    assert edition(made) != edition(experiment(1, 1, 1))
    assert edition(made) != edition(experiment(1, 1, sticky="user"))
    routed = [Experiment("e", (Arm("was"), Arm("new", weights=weights))) for weights in (None, Weights(quality=2.0))]
    assert edition(routed[0]) != edition(routed[1])


def test_the_prompt_of_an_arm_comes_from_the_version() -> None:
    made = Experiment("words", (Arm("a", prompt="short"), Arm("b", prompt="short")))
    (assigned,) = assign(configured(made, short="Be brief."), asked(), CALLER, "r")
    assert assigned.prompt == "Be brief."
