"""The simulation of the router: its trace, its servers and its scores; and a small day through the product itself."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import msgspec
import numpy as np
import pytest
from benchmarks.routing.simulation import scoring
from benchmarks.routing.simulation.assumptions import LEVELS, Assumptions, changed, load
from benchmarks.routing.simulation.driving import Got, at_work, read
from benchmarks.routing.simulation.house import paced
from benchmarks.routing.simulation.judging import PRODUCT, judge
from benchmarks.routing.simulation.plot import draw as plotted
from benchmarks.routing.simulation.report import Report, markdown
from benchmarks.routing.simulation.running import Part, named, run_parts, seen
from benchmarks.routing.simulation.scoring import Asked
from benchmarks.routing.simulation.sensitivity import RUN, SCORED, varied
from benchmarks.routing.simulation.server import ITEM, Served, busy_s, drawn
from benchmarks.routing.simulation.trace import Turn, answer, draw, is_agent, tokens_of

ASSUMED = load()
SMALL, LARGE, CLOUD = ASSUMED.small, ASSUMED.large, ASSUMED.best_cloud


def sessions(assumptions: Assumptions, count: int) -> Assumptions:
    return changed(assumptions, "sessions/count", count)


def turns(seed: int = 1, world_s: float = 600.0, assumptions: Assumptions = ASSUMED) -> list[Turn]:
    return [turn for session in draw(assumptions, seed, world_s) for turn in session]


def asked(number: int, model: str, **about: object) -> Asked:
    """A request of its own session, answered by `model`."""
    of_turn = {name: about.pop(name) for name in list(about) if name in Turn.__struct_fields__}
    turn = Turn(number, 0, 0, f"t{number}", "lookup", False, "internal", 0.3, "?", 100, 500, 20, True, 1.0)
    got = Got(number, f"t{number}", 0.0, 1.0, model=model, location="cloud" if ASSUMED.is_cloud(model) else "home")
    return Asked(msgspec.structs.replace(turn, **of_turn), msgspec.structs.replace(got, **about))


class TestTrace:
    def test_the_same_seed_gives_the_same_trace_and_another_one_does_not(self) -> None:
        assert turns(3, 120.0) == turns(3, 120.0) != turns(4, 120.0)

    def test_kinds_classes_and_lengths_are_drawn_as_assumed(self) -> None:
        every = turns()
        people = [turn for turn in every if not is_agent(ASSUMED, turn.session)]
        counted = Counter(turn.kind for turn in people)
        for kind, work in ASSUMED.kinds.items():
            if kind != "coordination":
                assert counted[kind] / len(people) == pytest.approx(work.share, abs=0.04)
        lookups = [turn for turn in every if turn.kind == "lookup"]
        assert statistics.median(t.answer_tokens for t in lookups) == pytest.approx(120, rel=0.1)
        first = [turn for turn in lookups if turn.number == 0]
        assert sum(t.level == "restricted" for t in first) / len(first) == pytest.approx(0.2, abs=0.06)

    def test_difficulty_is_that_of_the_distribution_and_shows_in_what_is_asked(self) -> None:
        every = [turn for turn in turns() if turn.kind == "optimisation"]
        assert statistics.mean(t.difficulty for t in every) == pytest.approx(4 / 7.5, abs=0.05)
        hard = [t for t in every if t.difficulty > 0.75]
        easy = [t for t in every if t.difficulty < 0.35]
        conditions = [statistics.mean(t.question.count("; that ") for t in some) for some in (easy, hard)]
        assert conditions[0] + 0.5 < conditions[1]

    def test_a_conversation_has_the_class_of_its_highest_turn_and_all_that_was_planted(self) -> None:
        for session in draw(ASSUMED, 1, 300.0):
            before: Turn | None = None
            for turn in session:
                if before and turn.number:
                    assert LEVELS.index(turn.level) >= LEVELS.index(before.level)
                    assert turn.planted[: len(before.planted)] == before.planted
                    assert turn.history_tokens > before.prompt_tokens
                assert (turn.level == "restricted") == bool(turn.planted)
                assert not turn.planted or turn.number or turn.planted[-1] in turn.question
                before = turn

    def test_every_turn_is_known_by_its_name_alone(self) -> None:
        every = turns()
        assert len({turn.thread for turn in every}) == len(every)
        assert all(ITEM.findall(turn.question)[-1:] == [turn.thread] for turn in every)

    def test_an_answer_has_as_many_words_as_its_tokens_and_is_the_same_again(self) -> None:
        assert len(answer("twenty-one of fifty-two, first", 57)) == 57
        assert answer("a", 9) == answer("a", 9)

    def test_between_the_hours_the_day_is_a_straight_line(self) -> None:
        day = ASSUMED.sessions.day
        assert at_work(ASSUMED, 0.0) == day[0]
        assert at_work(ASSUMED, 1.0) == at_work(ASSUMED, 1.1) == day[-1]
        assert at_work(ASSUMED, 0.5 / (len(day) - 1)) == pytest.approx((day[0] + day[1]) / 2)


class TestServer:
    def test_paces_are_drawn_around_those_assumed(self) -> None:
        rng, pace = random.Random(1), ASSUMED.models[LARGE]
        gone = [drawn(pace, rng, 3000, 2.0) for _ in range(4000)]
        assert statistics.median(g.token_s for g in gone) == pytest.approx(1 / 55 / 2, rel=0.03)
        assert statistics.median(g.first_s for g in gone) == pytest.approx((0.08 + 1.0) / 2, rel=0.03)
        failed = sum(g.outcome != "answered" for g in gone) / len(gone)
        assert failed == pytest.approx(0.0025, abs=0.003)

    def test_failures_come_as_often_as_assumed(self) -> None:
        pace = msgspec.structs.replace(
            ASSUMED.models[CLOUD],
            fail=msgspec.convert({"limited": 0.2, "error": 0.1, "cut": 0.3}, type(ASSUMED.models[CLOUD].fail)),
        )
        counted = Counter(drawn(pace, random.Random(n), 10, 1.0).outcome for n in range(3000))
        assert counted["limited"] / 3000 == pytest.approx(0.2, abs=0.03)
        assert counted["error"] / 3000 == pytest.approx(0.1, abs=0.03)
        assert counted["cut"] / 3000 == pytest.approx(0.3, abs=0.03)

    def test_what_finds_no_slot_waits_and_nothing_is_faster_than_its_pace(self, tmp_path: Path) -> None:
        steady = changed(ASSUMED, f"models/{LARGE}/sigma", 0.0)
        for path, value in (
            ("slots", 2),
            ("straggle", 0.0),
            ("tokens_per_s", 400.0),
            ("fail/error", 0.0),
            ("fail/cut", 0.0),
        ):
            steady = changed(steady, f"models/{LARGE}/{path}", value)
        name = "twenty-one of fifty-two, first"
        served, texts = asyncio.run(_ask_paced(steady, tmp_path, name, 6))
        assert texts == ["".join(answer(name, 40))] * 6
        alone_s = (0.08 + tokens_of(f"(Item {name}.)") / 3000 + 40 / 400) / 2
        assert all(one.total_s - one.queued_s >= alone_s - 0.002 for one in served)
        waited = sorted(one.queued_s for one in served)
        assert waited[1] < alone_s <= waited[2] + 0.01
        assert waited[4] >= 2 * alone_s - 0.01
        assert {one.outcome for one in served} == {"answered"}
        assert {(one.thread, one.told_tokens) for one in served} == {(name, 40)}

    def test_the_time_of_a_machine_at_work_counts_what_overlaps_once(self) -> None:
        spans = [(0.0, 0.0, 2.0), (1.0, 0.5, 2.0), (10.0, 0.0, 1.0)]
        served = [Served("m", "t", "answered", at, queued, 0.0, total, 1, 1) for at, queued, total in spans]
        assert busy_s(served) == {"m": pytest.approx(4.0)}


async def _ask_paced(assumptions: Assumptions, folder: Path, name: str, count: int) -> tuple[list[Served], list[str]]:
    body = {"messages": [{"role": "user", "content": f"(Item {name}.)"}], "stream": False}
    with paced(folder, assumptions, {name: 40}, 1) as servers:
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{servers.ports[LARGE]}/v1/chat/completions"

            async def one() -> str:
                async with http.post(url, json=body) as response:
                    text: str = (await response.json())["choices"][0]["message"]["content"]
                    return text

            texts = list(await asyncio.gather(*(one() for _ in range(count))))
        assert name.encode() in servers.received(LARGE)
        assert not servers.received(CLOUD)
        return servers.served(), texts


class TestScoring:
    def test_quality_is_half_where_a_question_is_as_hard_as_a_model_is_able(self) -> None:
        able = ASSUMED.quality.able[LARGE]
        assert ASSUMED.quality.good(LARGE, "lookup", able) == pytest.approx((0.03 + 0.98) / 2)
        assert ASSUMED.quality.good(LARGE, "lookup", 0.0) > 0.97
        assert ASSUMED.quality.good("extractive", "lookup", 0.3) < 0.04
        assert ASSUMED.quality.good("deepseek-v3", "optimisation", 0.9) > ASSUMED.quality.good(
            "deepseek-v3", "report", 0.9
        )

    def test_a_cloud_bills_by_the_million_and_a_history_that_is_long_for_less(self) -> None:
        rows = [asked(1, CLOUD, prompt_tokens=2000, history_tokens=1500, answer_tokens=100)]
        dear = scoring.cloud_cost(ASSUMED, rows, [CLOUD])
        assert dear[0] == pytest.approx((2000 * 2.30 + 100 * 9.20) / 1e6)
        assert scoring.cloud_cost(ASSUMED, rows, [CLOUD], cached=True)[0] == pytest.approx(dear[0] - 1500 * 1.15 / 1e6)
        assert scoring.cloud_cost(ASSUMED, rows, [LARGE])[0] == 0

    def test_machines_draw_power_while_they_wait(self) -> None:
        idle = scoring.spent_at_home(ASSUMED, {}, 1800.0, 0.0)
        assert idle.kwh == pytest.approx(0.105)
        assert idle.machines_eur == pytest.approx(0.13)
        busy = scoring.spent_at_home(ASSUMED, {LARGE: 1800.0}, 1800.0, 1.0)
        assert busy.kwh == pytest.approx(0.405)
        assert busy.eur == pytest.approx(1.0 + 0.405 * 0.3 + 0.13)

    def test_random_sends_as_many_outside_and_none_that_may_not_leave(self) -> None:
        models = [CLOUD] * 10 + [SMALL] * 50 + [LARGE] * 40
        rows = [asked(n, m, level="restricted" if n % 2 else "internal") for n, m in enumerate(models)]
        rows = [
            Asked(msgspec.structs.replace(r.turn, level="restricted") if n % 2 else r.turn, r.got)
            for n, r in enumerate(rows)
        ]
        chosen = scoring.shuffled(ASSUMED)(rows, random.Random(1))
        assert Counter(chosen) == Counter(one.got.model for one in rows)
        assert all(not ASSUMED.is_cloud(chosen[n]) for n in range(1, 100, 2))
        assert chosen != scoring.shuffled(ASSUMED)(rows, random.Random(2))

    def test_the_oracle_is_better_than_random_and_length_looks_at_length_alone(self) -> None:
        rng = random.Random(1)
        rows = [asked(n, CLOUD if n < 20 else LARGE, difficulty=rng.random(), question="?" * n) for n in range(200)]
        best = scoring.qualities(ASSUMED, rows, scoring.oracle(ASSUMED)(rows, rng)).mean()
        assert best > scoring.mixed_qualities(ASSUMED, rows, scoring.shuffled(ASSUMED)).mean() + 0.02
        by_length = scoring.by_length(ASSUMED)(rows, rng)
        assert {n for n, model in enumerate(by_length) if ASSUMED.is_cloud(model)} == set(range(180, 200))

    def test_an_answer_that_never_came_or_was_cut_is_not_good(self) -> None:
        rows = [asked(1, LARGE), asked(2, LARGE, error="502 upstream_failed"), asked(3, LARGE, truncated=True)]
        values = scoring.qualities(ASSUMED, rows, scoring.answered_by(rows))
        assert values[0] > 0.8
        assert list(values[1:]) == [0, 0]

    def test_the_interval_of_a_mean_is_that_of_the_sessions(self) -> None:
        values = np.random.default_rng(1).normal(5.0, 1.0, 400)
        alone = scoring.mean([asked(n, LARGE) for n in range(400)], values)
        assert alone.low < 5.0 < alone.high
        assert alone.high - alone.low == pytest.approx(2 * 1.96 / 20, rel=0.25)
        alike = np.repeat(values[:20], 20)
        together = scoring.mean([asked(n // 20, LARGE) for n in range(400)], alike)
        assert together.high - together.low > 2 * (alone.high - alone.low)

    def test_the_error_of_a_prediction_is_of_its_p95(self) -> None:
        rows = [asked(n, LARGE) for n in range(100)]
        observed = np.arange(1.0, 101.0)
        found = scoring.error_of_p95(rows, observed[:, None] * 1.2, observed)
        assert found is not None
        assert found.value == pytest.approx(0.2)
        nothing = np.full((100, 1), np.nan)
        assert scoring.error_of_p95(rows, nothing, observed) is None

    def test_what_was_predicted_is_spread_as_it_was_told(self) -> None:
        got = msgspec.structs.replace(asked(1, LARGE).got, predicted_finish_s=2.0, predicted_finish_p95_s=6.0)
        rows = [Asked(asked(1, LARGE).turn, got), asked(2, LARGE)]
        spread = scoring.expected(rows, lambda one: one.predicted_finish_s, lambda one: one.predicted_finish_p95_s)
        assert np.median(spread[0]) == pytest.approx(2.0, rel=0.01)
        assert np.percentile(spread[0], 95) == pytest.approx(6.0, rel=0.15)  # of twenty points the one that is 18th
        assert np.isnan(spread[1]).all()

    def test_how_many_came_within_what_was_told(self) -> None:
        rows = [asked(n, LARGE) for n in range(100)]
        found = scoring.within(rows, np.full(100, 95.0), np.arange(1.0, 101.0))
        assert found is not None
        assert found.value == pytest.approx(0.95)


class TestReading:
    TURN = Turn(1, 0, 0, "twenty-one of fifty-two, first", "lookup", False, "internal", 0.3, "?", 30, 9, 1, False, 1.0)

    def reply(self, text: str, finish: str = "stop") -> bytes:
        route = {"model": LARGE, "location": "home", "reason": "r", "attempts": [], "config_version": 1}
        report = {"route": route, "privacy": {"class": "internal", "left": False}, "cost": {"amount": 0.5}}
        choice = {"message": {"content": text}, "finish_reason": finish}
        return json.dumps({"choices": [choice], "vestibule": report}).encode()

    def test_a_whole_answer_is_whole(self) -> None:
        got = read(self.TURN, 0.0, 1.0, None, 200, self.reply("".join(answer(self.TURN.thread, 30))))
        assert (got.error, got.truncated, got.model, got.cost_eur) == ("", False, LARGE, 0.5)

    def test_one_that_lacks_its_end_or_says_something_else_is_told_apart(self) -> None:
        part = "".join(answer(self.TURN.thread, 30)[:9])
        assert read(self.TURN, 0.0, 1.0, None, 200, self.reply(part)).error == "another text"
        ended = read(self.TURN, 0.0, 1.0, None, 200, self.reply(part, "length"))
        assert (ended.error, ended.truncated) == ("", True)
        refused = json.dumps({"error": {"code": "queue_full"}}).encode()
        assert read(self.TURN, 0.0, 1.0, None, 503, refused).error == "503 queue_full"
        stream = msgspec.structs.replace(self.TURN, stream=True)
        assert read(stream, 0.0, 1.0, None, 200, b"data: {}\n\n").error == "200 unreadable"

    def test_what_was_planted_is_found_however_it_is_written(self) -> None:
        received = b'POST {"content": "The setpoint is 21.55 \\u00b0C, by 10.0.0.7"}'
        assert seen(["21.55 °C", "10.0.0.7", "10.0.0.8"], received) == ["21.55 °C", "10.0.0.7"]


class TestSensitivity:
    def test_every_assumption_can_be_half_and_double(self) -> None:
        for change in (*SCORED.values(), *RUN.values()):
            half, double = change(ASSUMED, 0.5), change(ASSUMED, 2.0)
            assert half != ASSUMED != double != half
            assert sum(double.kinds["lookup"].classes.values()) == pytest.approx(1.0)

    def test_a_path_that_is_not_there_is_no_assumption(self) -> None:
        with pytest.raises(KeyError, match="slopes"):
            changed(ASSUMED, "quality/slopes", 1)


@pytest.mark.slow
def test_a_small_day_through_the_product_leaves_nothing_restricted_and_can_be_judged() -> None:
    few = sessions(ASSUMED, 12)
    for path in ("sessions/think_s/people/median", "sessions/think_s/agents/median"):
        few = changed(few, path, 3.0)
    ran, small = run_parts(few, [Part(12.0), Part(6.0, named(few, SMALL))], 5)
    direct = {f"always {SMALL}": small}
    judged = judge(few, ran, direct)
    assert judged.requests >= 12
    assert judged.errors == {}
    assert judged.leaked == 0
    assert judged.searched > 0
    assert judged.policies[PRODUCT].kept_restricted.value == 1.0
    assert {
        one.got.model for one in scoring.joined(direct[f"always {SMALL}"].traced, direct[f"always {SMALL}"].got)
    } == {SMALL}
    rows = list(varied(few, ran, 0.0, 5, lambda row: None))
    assert [row.rerun for row in rows] == [False] * 2 * len(SCORED)
    said = markdown(Report("now", 5, 12, few.clock.factor, judged, rows, None), few)
    assert "| restricted at home | = 1 | 1 |" in said
    assert ElementTree.fromstring(plotted(judged.policies, "a < b")).tag.endswith("svg")
