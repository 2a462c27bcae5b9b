"""The exact cache: what shares an answer and what must not."""

import msgspec
import pytest

from vestibule.caching.exact import CacheKey, ExactCache, Versions, cache_key
from vestibule.core.answer import (
    CacheReport,
    Completed,
    CostReport,
    PrivacyReport,
    QualityReport,
    Report,
    RouteReport,
    Usage,
)
from vestibule.core.chat import ChatRequest, Controls, Message, Options, RouteOptions, Sampling
from vestibule.core.sensitivity import PrivacyClass

VERSIONS = Versions(1, 1, 1, "1:a")
REQUEST = ChatRequest("auto", (Message("user", "How much gas in March?"),))


def answer(text: str = "12 m³") -> Completed:
    report = Report(
        "a",
        PrivacyReport("internal"),
        RouteReport("extractive", "extractive", "home", "home comes first"),
        (),
        QualityReport(),
        CostReport(),
        CacheReport("miss"),
        {},
    )
    return Completed("a", 1, "extractive", text, "stop", Usage(), report)


def key(request: ChatRequest = REQUEST, tenant: str = "t", versions: Versions = VERSIONS) -> CacheKey:
    return cache_key(tenant, PrivacyClass.INTERNAL, request, versions)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_streaming_and_cache_mode_share_an_answer() -> None:
    other = msgspec.structs.replace(REQUEST, stream=True, include_usage=True, options=Options(cache="refresh"))
    assert key(other) == key()


@pytest.mark.parametrize(
    "other",
    [
        key(tenant="u"),
        key(versions=Versions(2, 1, 1, "1:a")),
        key(versions=Versions(1, 2, 1, "1:a")),
        key(versions=Versions(1, 1, 2, "1:a")),
        key(versions=Versions(1, 1, 1, "2:b")),
        key(msgspec.structs.replace(REQUEST, model="extractive")),
        key(msgspec.structs.replace(REQUEST, sampling=Sampling(max_tokens=5))),
        key(msgspec.structs.replace(REQUEST, options=Options(controls=Controls(citations=False)))),
        key(msgspec.structs.replace(REQUEST, options=Options(buildings=["a"]))),
        key(msgspec.structs.replace(REQUEST, options=Options(route=RouteOptions(adapters={"tone": 0.5})))),
        key(msgspec.structs.replace(REQUEST, messages=(Message("user", "x"), *REQUEST.messages))),
        cache_key("t", PrivacyClass.RESTRICTED, REQUEST, VERSIONS),
    ],
)
def test_whatever_could_change_an_answer_parts_the_keys(other: CacheKey) -> None:
    assert other != key()


def test_a_hit_needs_the_clearance_and_says_its_age() -> None:
    clock = Clock()
    cache = ExactCache(clock=clock)
    cache.put(key(), answer(), PrivacyClass.RESTRICTED)
    clock.now = 2.0
    assert cache.get(key(), cleared_for=PrivacyClass.CONFIDENTIAL) is None
    assert cache.get(key(), cleared_for=PrivacyClass.RESTRICTED) == (answer(), 2.0)


def test_old_answers_go() -> None:
    clock = Clock()
    cache = ExactCache(age_s=10, clock=clock)
    cache.put(key(), answer(), PrivacyClass.PUBLIC)
    clock.now = 10.1
    assert cache.get(key(), cleared_for=PrivacyClass.RESTRICTED) is None


def test_the_least_recently_used_goes_first() -> None:
    cache = ExactCache(entries=2)
    one, two, three = (key(tenant=t) for t in ("one", "two", "three"))
    cache.put(one, answer("1"), PrivacyClass.PUBLIC)
    cache.put(two, answer("2"), PrivacyClass.PUBLIC)
    assert cache.get(one, cleared_for=PrivacyClass.PUBLIC)
    cache.put(three, answer("3"), PrivacyClass.PUBLIC)
    assert cache.get(two, cleared_for=PrivacyClass.PUBLIC) is None
    assert cache.get(one, cleared_for=PrivacyClass.PUBLIC)


def test_an_answer_may_be_kept_for_a_time_of_its_own() -> None:
    clock = Clock()
    cache = ExactCache(age_s=10, clock=clock)
    cache.put(key(), answer(), PrivacyClass.PUBLIC, 100.0)
    clock.now += 99
    assert cache.get(key(), cleared_for=PrivacyClass.PUBLIC)
    clock.now += 2
    assert cache.get(key(), cleared_for=PrivacyClass.PUBLIC) is None
