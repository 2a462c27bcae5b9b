"""Predictions from measurements: what is read, what is said, who waits before it, and what is not known."""

from random import Random

import pytest

from vestibule.core.answer import Predicted
from vestibule.providers.memory.catalogue import Speed
from vestibule.routing.latency import Latencies, Measured

OVERHEAD_S, READ_S, TOKEN_S = 0.1, 0.002, 0.02


def measured(prompt: int, said: int, at_once: int = 1, cached: int = 0) -> Measured:
    """As a machine would be that shares itself among those it answers."""
    first_s = OVERHEAD_S + READ_S * (prompt - cached)
    return Measured(first_s, first_s + TOKEN_S * at_once * (said - 1), prompt, said, cached, at_once)


def trained(**more: int) -> Latencies:
    latencies = Latencies()
    for number in range(20):
        latencies.observe("m", measured(50 + 40 * number, 20 + number, **more))
    return latencies


def test_nothing_is_known_of_a_model_that_never_answered() -> None:
    assert Latencies().predict("m", 100, 50) == Predicted()
    assert Predicted().basis == "unknown"


def test_what_is_stated_counts_until_it_was_measured() -> None:
    latencies = Latencies({"m": Speed(reads_per_s=100, says_per_s=10)}.get)
    first = latencies.predict("m", 200, 51)
    assert (first.basis, first.first_token_s, first.finish_s) == ("stated", 2.05, 7.05)
    for _ in range(3):
        latencies.observe("m", measured(200, 51))
    then = latencies.predict("m", 200, 51)
    assert then.basis == "measured"
    assert then.first_token_s == pytest.approx(OVERHEAD_S + 200 * READ_S)
    assert then.finish_s == pytest.approx(OVERHEAD_S + 200 * READ_S + 50 * TOKEN_S)


def test_a_longer_prompt_takes_longer_to_read_and_a_longer_answer_to_say() -> None:
    latencies = trained()
    predicted = latencies.predict("m", 1000, 101)
    assert predicted.first_token_s == pytest.approx(OVERHEAD_S + 1000 * READ_S, rel=0.01)
    assert predicted.finish_s == pytest.approx(OVERHEAD_S + 1000 * READ_S + 100 * TOKEN_S, rel=0.01)


def test_what_was_read_before_need_not_be_read_again() -> None:
    latencies = Latencies()
    for number in range(20):
        latencies.observe("m", measured(100 + 50 * number, 30, cached=75 + 37 * number))
    known = latencies.predict("m", 1000, 1, cached_tokens=900).first_token_s
    assert known == pytest.approx(OVERHEAD_S + 100 * READ_S, rel=0.02)
    usual = latencies.predict("m", 1000, 1).first_token_s
    assert usual == pytest.approx(OVERHEAD_S + 255 * READ_S, rel=0.05)


def test_whoever_answers_several_at_once_says_each_more_slowly() -> None:
    latencies = Latencies()
    for number in range(24):
        latencies.observe("m", measured(100, 50, at_once=1 + number % 4))
    alone, fourth = (latencies.predict("m", 100, 50, served=served, slots=4) for served in (0, 3))
    assert alone.finish_s is not None
    assert fourth.finish_s is not None
    assert alone.finish_s - (alone.first_token_s or 0) == pytest.approx(49 * TOKEN_S, rel=0.01)
    assert fourth.finish_s - (fourth.first_token_s or 0) == pytest.approx(49 * TOKEN_S * 4, rel=0.01)


def test_answers_under_way_count_though_nobody_limits_them() -> None:
    latencies = Latencies()
    for number in range(24):
        latencies.observe("m", measured(100, 50, at_once=1 + number % 4))
    before = latencies.predict("m", 100, 50)
    assert [latencies.begin("m"), latencies.begin("m", served=5)] == [1, 5]
    assert (latencies.predict("m", 100, 50).finish_s or 0) > (before.finish_s or 0)
    assert [latencies.end("m"), latencies.end("m")] == [2, 1]
    assert latencies.predict("m", 100, 50) == before


def test_whoever_waits_waits_for_the_turns_before() -> None:
    latencies = trained()
    free = latencies.predict("m", 100, 20, slots=2, served=1)
    turn_s = measured(50 + 40 * 9, 29).finish_s
    full = latencies.predict("m", 100, 20, 3, slots=2, served=2)
    assert free.wait_s == 0.0
    assert full.wait_s == pytest.approx(turn_s * 4 / 2, rel=0.15)
    assert full.first_token_s == pytest.approx((full.wait_s or 0) + OVERHEAD_S + 100 * READ_S, rel=0.01)


def test_a_model_that_sleeps_has_to_be_loaded() -> None:
    latencies = trained()
    assert latencies.predict("m", 100, 20, asleep=True) == Predicted()  # nobody has seen how long that takes
    awake = latencies.predict("m", 100, 20)
    loaded = measured(100, 20)
    latencies.observe("m", Measured(loaded.first_token_s + 7, loaded.finish_s + 7, 100, 20, asleep=True))
    asleep = latencies.predict("m", 100, 20, asleep=True)
    assert asleep.first_token_s == pytest.approx((awake.first_token_s or 0) + 7, rel=0.01)
    assert latencies.predict("m", 100, 20) == awake


def test_the_same_model_at_another_host_has_its_own_pace() -> None:
    latencies = trained()
    assert latencies.predict("m", 100, 20, host="b").basis == "unknown"
    for _ in range(3):
        latencies.observe("m", Measured(9.0, 10.0, 100, 11), host="b")
    assert latencies.predict("m", 100, 11, host="b").first_token_s == pytest.approx(9.0)
    assert (latencies.predict("m", 100, 11).first_token_s or 0) < 1


def test_how_long_answers_become_is_learned_by_their_kind() -> None:
    latencies = Latencies()
    for said in (900, 1000, 1100):
        latencies.observe("m", measured(100, said), task="report")
    latencies.observe("m", measured(100, 12), task="coordination")
    assert latencies.output_tokens("report") == 1000
    assert latencies.output_tokens("report", max_tokens=300) == 300
    assert latencies.output_tokens("coordination") == 12
    assert latencies.output_tokens("lookup") == 200


def test_how_many_tokens_a_text_is_is_learned_by_the_model() -> None:
    latencies = Latencies()
    assert latencies.prompt_tokens("m", 4000) == 1001
    for _ in range(3):
        latencies.observe("m", Measured(1.0, 2.0, 1000, 20, characters=2000))
    assert latencies.prompt_tokens("m", 4000) == 2001


def test_a_server_with_a_queue_of_its_own_lets_the_first_token_wait_for_those_before() -> None:
    latencies = Latencies()
    for number in range(300):
        beside = 1 + number % 12
        queued_s = 0.5 * max(beside - 6, 0)
        latencies.observe("m", Measured(0.1 + queued_s, 1.1 + queued_s, 100, 20, at_once=beside, begun_with=beside))
    alone, crowded = latencies.predict("m", 100, 20), latencies.predict("m", 100, 20, served=10)
    assert alone.first_token_s == pytest.approx(0.1, rel=0.05)
    assert crowded.first_token_s == pytest.approx(2.6, rel=0.05)
    beyond = latencies.predict("m", 100, 20, served=100)  # never seen: as where it was fullest
    assert beyond.first_token_s == pytest.approx(3.1, rel=0.1)


def test_nineteen_of_twenty_come_within_what_is_told_of_them() -> None:
    random, latencies = Random(7), Latencies()
    within, told = 0, 0
    for _ in range(2000):
        predicted = latencies.predict("m", 100, 20)
        slow = random.lognormvariate(0.0, 0.5)
        first_s, finish_s = 0.2 * slow, 0.2 * slow + 1.0 * random.lognormvariate(0.0, 0.3)
        if predicted.finish_p95_s and predicted.first_token_p95_s:
            told += 1
            within += (first_s <= predicted.first_token_p95_s) + (finish_s <= predicted.finish_p95_s)
        latencies.compare("m", predicted, first_s, finish_s)
        latencies.observe("m", Measured(first_s, finish_s, 100, 20))
    assert told > 1900
    assert within / (2 * told) == pytest.approx(0.95, abs=0.03)
