"""Who is asked first, who stands behind, and the reason that is told: each rule of the decision, by stated figures."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from msgspec.structs import replace

from tests.routing.deciding import HARD, Speed, decide, never, order, router
from tests.routing.test_plan import model
from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions, Sampling, TaskKind
from vestibule.core.configuration import Arm, Document, ModelTerms, Routes, TaskRule, Weights
from vestibule.core.errors import NoCandidate
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import ModelSettings, Prices
from vestibule.providers.replicas import ReplicatedProvider
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Model
from vestibule.routing.decision import ruled
from vestibule.routing.plan import Plan
from vestibule.routing.share import DayBudget, Outside
from vestibule.telemetry.metrics import Metrics

SMALL = model("small", "http://127.0.0.1:9001")
LARGE = model("large", "http://127.0.0.1:9002")
CLOUD = model("gpt", "https://api.example.com/v1")
ALL = (SMALL, LARGE, CLOUD)
CAPABLE = {"small": 0.4, "large": 0.6, "gpt": 0.95}
PRICED = (ModelSettings("gpt", "p", "gpt", prices=Prices(2.0, 8.0)),)
QUICK, SLOW = Speed(5000, 100), Speed(200, 5)


def asked(task: TaskKind | None = None, *, deadline_s: float | None = None, session: str = "") -> ChatRequest:
    options = Options(route=RouteOptions(deadline_s=deadline_s, task=task))
    return ChatRequest("auto", (Message("user", "Why is it warm?"),), options=options, session=session)


def routes(**said: object) -> Document:
    return Document(routes=Routes(**said))  # type: ignore[arg-type]  # of the fields' types


def rejected(made: Plan) -> dict[str, str]:
    return {c.model.id: c.reason for c in made.candidates if c.rejected}


def test_what_home_does_well_enough_stays_there_with_the_cloud_behind() -> None:
    made = decide(router(ALL, capable=CAPABLE), asked())
    assert order(made) == ["large", "small", "gpt"]
    assert made.eligible[0].reason == "home comes first"
    assert made.eligible[2].reason == "home could not answer, and cloud rule 1 allows public"


def test_a_version_says_whom_auto_may_take_and_closes_models() -> None:
    steered = router((SMALL, replace(LARGE, automatic=False)), capable=CAPABLE)
    assert order(decide(steered, asked())) == ["small"]
    opened = Document(models={"large": ModelTerms(automatic=True), "small": ModelTerms(closed=True)})
    made = decide(steered, asked(), document=opened)
    assert order(made) == ["large"]
    assert rejected(made)["small"].startswith("closed by version ")
    with pytest.raises(NoCandidate, match="small: closed by version"):
        decide(steered, replace(asked(), model="small"), document=opened)
    left = Document(models={"small": ModelTerms(automatic=False)})
    with pytest.raises(NoCandidate, match="no model is configured"):
        decide(steered, asked(), document=left)
    assert order(decide(steered, replace(asked(), model="small"), document=left)) == ["small"]


def test_what_is_too_hard_at_home_goes_where_it_is_not() -> None:
    made = decide(router(ALL, capable=CAPABLE, difficulty=HARD), asked())
    assert order(made) == ["gpt", "large", "small"]
    assert made.eligible[0].reason.startswith("home is good enough with 0.")
    assert made.eligible[0].reason.endswith("0.60 is wanted, and cloud rule 1 allows public")
    assert made.difficulty == HARD


def test_without_leave_it_is_done_at_home_as_well_as_can_be() -> None:
    made = decide(router(ALL, capable=CAPABLE, difficulty=HARD), asked(), never)
    assert order(made) == ["large", "small"]
    assert "good enough with 0." in made.eligible[0].reason
    assert rejected(made) == {"gpt": "no cloud rule allows public"}
    assert all(c.score is not None and c.figures is not None for c in made.candidates)


def test_a_private_request_has_to_be_worth_its_way_out() -> None:
    steered = router(ALL, capable=CAPABLE, difficulty=0.7)
    assert order(decide(steered, asked()))[0] == "gpt"
    assert order(decide(steered, asked(), level=PrivacyClass.CONFIDENTIAL))[0] == "large"
    generous = routes(weights=Weights(privacy=0.0))
    assert order(decide(steered, asked(), level=PrivacyClass.CONFIDENTIAL, document=generous))[0] == "gpt"


def test_a_dear_answer_has_to_be_worth_its_price() -> None:
    dear = (ModelSettings("gpt", "p", "gpt", prices=Prices(100.0, 400.0)),)
    assert order(decide(router(ALL, capable=CAPABLE, difficulty=0.7, priced=PRICED), asked()))[0] == "gpt"
    assert order(decide(router(ALL, capable=CAPABLE, difficulty=0.7, priced=dear), asked()))[0] == "large"


def test_work_of_a_kind_goes_to_the_model_that_its_rule_prefers() -> None:
    document = routes(tasks={"coordination": TaskRule(prefer=("small",)), "lookup": TaskRule(prefer=("large",))})
    steered = router((LARGE, SMALL, CLOUD))
    for task, first in (("coordination", "small"), ("lookup", "large")):
        made = decide(steered, asked(task), document=document)  # type: ignore[arg-type]  # of the literals
        assert (order(made)[0], made.task) == (first, task)
        assert made.eligible[0].reason == f"home comes first; preferred for {task}"


def test_an_arm_has_its_own_order_and_weights() -> None:
    document = routes(tasks={"lookup": TaskRule(prefer=("large",))})
    steered = router(ALL)
    assert order(decide(steered, asked("lookup"), document=document, arms=(Arm("b", prefer=("small",)),)))[0] == "small"
    made = decide(steered, asked(), arms=(Arm("b", prefer=("gpt", "large")),))
    assert order(made) == ["large", "small", "gpt"]
    assert made.eligible[0].reason == "home comes first; preferred by its arm"
    hard = router(ALL, capable=CAPABLE, difficulty=0.7, priced=PRICED)
    thrifty = Arm("b", weights=Weights(cost=50.0))
    assert order(decide(hard, asked()))[0] == "gpt"
    assert order(decide(hard, asked(), arms=(thrifty,)))[0] == "large"


def test_no_arm_counts_less_for_privacy_than_the_version() -> None:
    steered = router(ALL, capable=CAPABLE, difficulty=0.7)
    open_hearted = Arm("b", weights=Weights(privacy=0.0))
    for arms in ((), (open_hearted,)):
        made = decide(steered, asked(), level=PrivacyClass.CONFIDENTIAL, arms=arms)
        assert order(made)[0] == "large"
        assert {c.model.id: c.parts.privacy for c in made.candidates if c.parts}["gpt"] == pytest.approx(-0.6)


def test_a_preferred_model_that_cannot_is_not_preferred() -> None:
    document = routes(tasks={"analysis": TaskRule(prefer=("small", "large"))})
    assert order(decide(router(ALL, capable=CAPABLE, difficulty=0.45), asked("analysis"), document=document)) == [
        "large",
        "small",
        "gpt",
    ]


def test_a_rule_may_keep_its_work_at_home() -> None:
    document = routes(tasks={"analysis": TaskRule(cloud=False)})
    made = decide(router(ALL, capable=CAPABLE, difficulty=HARD), asked("analysis"), document=document)
    assert order(made) == ["large", "small"]
    assert rejected(made) == {"gpt": "work of the kind analysis stays at home"}


def test_a_deadline_that_home_cannot_meet_goes_elsewhere_if_the_class_allows() -> None:
    steered = router((LARGE, CLOUD), fast={"large": SLOW, "gpt": QUICK})
    made = decide(steered, asked(deadline_s=10.0))
    assert order(made) == ["gpt", "large"]
    assert made.eligible[0].reason.startswith("home would take about 39.9 s of 10.0, and")
    kept = decide(steered, asked(deadline_s=10.0), never)
    assert order(kept) == ["large"]
    assert "of 10.0 s" in kept.eligible[0].reason


def test_who_speaks_soon_enough_goes_first_at_home_and_nothing_leaves_for_that() -> None:
    steered = router(
        (LARGE, SMALL, CLOUD),
        fast={"large": Speed(0.5, 100), "small": QUICK, "gpt": QUICK},
    )
    assert order(decide(steered, asked())) == ["small", "large", "gpt"]
    late = router((LARGE, CLOUD), fast={"large": Speed(0.5, 100), "gpt": QUICK})
    assert order(decide(late, asked())) == ["large", "gpt"]


def test_a_used_up_share_keeps_it_at_home_until_the_window_has_moved_on() -> None:
    steered = router(ALL, capable=CAPABLE, difficulty=HARD)
    document = routes(cloud_share=0.1, window=20)
    for _ in range(20):
        steered.outside.share.count()
    for _ in range(2):
        steered.outside.leave(document.routes, None, exempt=False)
    made = decide(steered, asked(), document=document)
    assert order(made) == ["large", "small"]
    assert rejected(made) == {"gpt": "the cloud's share is used up: 2 of the last 20 requests left, 2 may"}
    with pytest.raises(NoCandidate, match="It stays at home: the cloud's share is used up"):
        steered.outside.leave(document.routes, None, exempt=False)
    exempt = routes(cloud_share=0.1, window=20, tasks={"report": TaskRule(exempt=True)})
    assert order(decide(steered, asked("report"), document=exempt))[0] == "gpt"
    for _ in range(20):
        steered.outside.share.count()
    assert order(decide(steered, asked(), document=document))[0] == "gpt"


def test_a_spent_budget_keeps_it_at_home() -> None:
    outside = Outside(budget=DayBudget())
    steered = router(ALL, capable=CAPABLE, difficulty=HARD, priced=PRICED, outside=outside)
    document = routes(eur_per_day=1.0, cloud_share=1.0)
    steered.outside.share.count()
    steered.outside.share.count()
    assert order(decide(steered, asked(), document=document))[0] == "gpt"
    held = outside.leave(document.routes, 0.9995, exempt=False)
    made = decide(steered, asked(), document=document)
    assert rejected(made) == {"gpt": "the day's budget would be exceeded: 1.00 of 1.00 EUR are spent"}
    outside.budget.settle(held, 0.2)
    assert order(decide(steered, asked(), document=document))[0] == "gpt"


def test_a_budget_cannot_be_kept_where_the_price_is_not_known() -> None:
    steered = router(ALL, capable=CAPABLE, difficulty=HARD)
    made = decide(steered, asked(), document=routes(eur_per_day=1.0))
    assert rejected(made) == {"gpt": "a budget holds, and what it costs is not known"}
    assert order(decide(steered, asked())) == ["gpt", "large", "small"]


def test_a_key_is_kept_to_its_models() -> None:
    steered = router(ALL)
    made = decide(steered, asked(), models=frozenset({"auto", "small"}))
    assert order(made) == ["small"]
    assert rejected(made) == {"large": "this key may not use it", "gpt": "this key may not use it"}
    assert len(order(decide(steered, asked(), models=frozenset({"auto"})))) == 3


def test_what_is_too_long_for_a_model_is_for_another() -> None:
    short = replace(SMALL, context=1000)
    made = decide(router((short, LARGE)), asked(), found=8000)
    assert order(made) == ["large"]
    assert rejected(made) == {"small": "too long for it: about 2003 tokens, and it reads 1000"}
    named = replace(asked(), model="small")
    assert order(decide(router((short, LARGE)), named, found=8000)) == ["small"]


def test_who_rests_or_is_not_ready_is_left_out() -> None:
    unready = replace(LARGE, is_ready=lambda: False)
    made = decide(router((SMALL, unready, CLOUD), resting=lambda m: "resting" if m is SMALL else ""), asked())
    assert order(made) == ["gpt"]
    assert made.eligible[0].reason == "no model at home can, and cloud rule 1 allows public"
    assert rejected(made) == {"small": "resting", "large": "not ready yet"}


async def test_who_is_full_comes_last_and_only_what_may_leave_spills_over() -> None:
    one = Limited(1)
    home = replace(SMALL, provider=one)
    admission = Admission(Metrics(), room=0)
    steered = router((home, CLOUD), admission=admission)
    assert order(decide(steered, asked())) == ["small", "gpt"]
    async with admission.turn(home, "t"):
        made = decide(steered, asked())
        assert order(made) == ["gpt", "small"]
        assert made.eligible[0].reason == "as many wait at home as may, and cloud rule 1 allows public"
        kept = decide(steered, asked(), never, level=PrivacyClass.RESTRICTED)
        assert order(kept) == ["small"]
        assert kept.eligible[0].reason == "home comes first, though as many wait for it as may"


def test_the_operators_order_is_kept_after_a_failure() -> None:
    made = decide(router(ALL), asked(), document=routes(fallbacks={"small": ("gpt",), "gpt": ("extra",)}))
    assert order(made) == ["small", "gpt", "large"]
    tiny = model("tiny", "http://127.0.0.1:9003", automatic=False)
    document = routes(fallbacks={"small": ("tiny", "large")})
    assert order(decide(router((*ALL, tiny)), asked(), document=document)) == ["small", "tiny", "large", "gpt"]


def test_a_named_model_is_followed_by_its_fallbacks_alone() -> None:
    document = routes(fallbacks={"small": ("gpt", "large")})
    named = replace(asked(), model="small")
    assert order(decide(router(ALL), named, document=document)) == ["small", "gpt", "large"]
    kept = decide(router(ALL), named, never, document=document)
    assert (order(kept), rejected(kept)) == (["small", "large"], {"gpt": "no cloud rule allows public"})
    assert order(decide(router(ALL), named)) == ["small"]


def alike(count: int = 3) -> list[Model]:
    return [replace(model(f"m{n}", f"http://127.0.0.1:91{n:02}"), name="llama3.2") for n in range(count)]


async def test_load_goes_where_fewer_are_waiting() -> None:
    models, admission = alike(), Admission(Metrics())
    steered = router(models, admission=admission)
    assert order(decide(steered, asked()))[0] == "m0"
    counts: Counter[str] = Counter()
    turns = []
    for _ in range(60):
        chosen = decide(steered, asked()).eligible[0].model
        counts[chosen.id] += 1
        turns.append(admission.turn(chosen, "t"))
        await turns[-1].__aenter__()
    for turn in turns:
        await turn.__aexit__(None, None, None)
    assert sum(counts.values()) == 60
    assert min(counts[m.id] for m in models) >= 12
    assert {admission.load(m).wanted for m in models} == {0}


async def test_a_session_stays_where_it_was_unless_another_is_much_less_busy() -> None:
    models, admission = alike(), Admission(Metrics())
    steered = router(models, admission=admission)
    homes = {name: order(decide(steered, asked(session=name)))[0] for name in map(str, range(40))}
    assert set(homes.values()) == {"m0", "m1", "m2"}
    assert homes == {name: order(decide(steered, asked(session=name)))[0] for name in homes}
    busy = next(m for m in models if m.id == homes["0"])
    turns = [admission.turn(busy, "t") for _ in range(30)]
    await asyncio.gather(*(turn.__aenter__() for turn in turns))
    assert order(decide(steered, asked(session="0")))[0] != busy.id
    for turn in turns:
        await turn.__aexit__(None, None, None)
    assert order(decide(steered, asked(session="0")))[0] == busy.id


def test_a_session_is_told_to_the_servers_of_one_provider() -> None:
    servers = ReplicatedProvider([m.provider for m in alike(2)])
    replicated = replace(SMALL, provider=servers)
    (plain,) = decide(router([replicated]), asked()).eligible
    assert plain.model.provider is servers
    for request in (asked(session="s"), replace(asked(session="s"), model="small")):
        (bound,) = decide(router([replicated]), request).eligible
        assert bound.model.provider is not servers
        assert bound.model.provider.destination == servers.destination


def test_what_holds_for_the_kind_is_laid_under_the_request() -> None:
    said = Routes(tasks={"report": TaskRule(deadline_s=40.0, max_tokens=700)})
    under = ruled(asked("report"), "report", said)
    assert (under.sampling.max_tokens, under.options.route.deadline_s) == (700, 40.0)
    own = replace(asked("report", deadline_s=3.0), sampling=Sampling(max_tokens=9))
    assert ruled(own, "report", said) == own
    shipped = ruled(asked("report"), "report", Routes())
    assert shipped.sampling.max_tokens is not None
    assert shipped.options.route.deadline_s is None
    assert ruled(asked(), None, said) == asked()
    nobody_waits = ruled(replace(asked("report"), priority="batch"), "report", said)
    assert nobody_waits.options.route.deadline_s is None


def test_a_deadline_of_the_version_is_one_for_who_waits() -> None:
    document = routes(tasks={"report": TaskRule(deadline_s=10.0)})
    steered = router((LARGE, CLOUD), fast={"large": SLOW, "gpt": QUICK})
    assert order(decide(steered, asked("report"), document=document)) == ["gpt", "large"]
    assert order(decide(steered, replace(asked("report"), priority="batch"), document=document)) == ["large", "gpt"]


def test_a_decision_leaves_no_trace() -> None:
    steered = router(ALL, capable=CAPABLE, difficulty=HARD)
    document = routes(cloud_share=0.05, window=20)
    assert {order(decide(steered, asked(), document=document))[0] for _ in range(50)} == {"gpt"}


def test_figures_are_there_for_every_model_that_was_weighed() -> None:
    made = decide(router(ALL, capable=CAPABLE, fast={"gpt": QUICK}, priced=PRICED), asked(), never)
    by_id = {c.model.id: c for c in made.candidates}
    cloud = by_id["gpt"]
    assert cloud.figures is not None
    assert cloud.parts is not None
    assert cloud.figures.time.basis == "stated"
    assert cloud.figures.cost_eur == pytest.approx((3 * 2.0 + 200 * 8.0) / 1e6)
    assert cloud.score == pytest.approx(cloud.parts.sum)
    assert by_id["small"].figures is not None
    assert by_id["small"].figures.cost_eur is None


class Limited:
    """Of the provider only what is asked for here."""

    def __init__(self, capacity: int) -> None:
        self._of = SMALL.provider
        self.id, self.kind, self.destination = self._of.id, self._of.kind, self._of.destination
        self.capacity: int | None = capacity
        self.continues = False
        self.encode, self.send = self._of.encode, self._of.send
