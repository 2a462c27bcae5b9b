"""What a scraper reads."""

from __future__ import annotations

import math

from prometheus_client.parser import text_string_to_metric_families

from vestibule.telemetry.metrics import Metrics

Sample = tuple[str, frozenset[tuple[str, str]]]


def read(metrics: Metrics) -> dict[Sample, float]:
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def sample(name: str, **labels: str) -> Sample:
    return name, frozenset((key.rstrip("_"), value) for key, value in labels.items())


def test_requests_are_counted_by_how_they_ended() -> None:
    metrics = Metrics(lambda: ["extractive"])
    metrics.answered("extractive", "home", "ok", 0.2, 0.05)
    metrics.answered("extractive", "home", "ok", 0.3, 0.06)
    metrics.answered("none", "none", "unauthorized", 0.001, None)
    seen = read(metrics)
    assert seen[sample("vestibule_requests_total", model="extractive", location="home", status="ok")] == 2
    assert seen[sample("vestibule_requests_total", model="none", location="none", status="unauthorized")] == 1
    assert seen[sample("vestibule_request_duration_seconds_count")] == 3
    assert math.isclose(seen[sample("vestibule_request_duration_seconds_sum")], 0.501)
    assert seen[sample("vestibule_time_to_first_token_seconds_count")] == 2
    assert seen[sample("vestibule_time_to_first_token_seconds_bucket", le="0.05")] == 1


def test_egress_and_cache_are_counted() -> None:
    metrics = Metrics()
    metrics.egress("restricted", "refused")
    metrics.cache("exact", "hit")
    metrics.cache("exact", "miss")
    seen = read(metrics)
    assert seen[sample("vestibule_egress_total", class_="restricted", decision="refused")] == 1
    assert seen[sample("vestibule_cache_lookups_total", level="exact", result="hit")] == 1


def test_waiting_and_sharing_are_counted() -> None:
    metrics = Metrics(lambda: ["m"])
    metrics.queue_waiting("m", 3)
    metrics.queue_waiting("m", 2)
    metrics.queue_waiting("removed meanwhile", 1)
    metrics.queue_waited(0.02)
    metrics.shared()
    seen = read(metrics)
    assert seen[sample("vestibule_queue_waiting", model="m")] == 2
    assert seen[sample("vestibule_queue_waiting", model="other")] == 1
    assert seen[sample("vestibule_queue_wait_seconds_bucket", le="0.025")] == 1
    assert seen[sample("vestibule_shared_total")] == 1


def test_what_callers_could_invent_becomes_other() -> None:
    metrics = Metrics(lambda: ["extractive"])
    for number in range(1000):
        metrics.answered(f"invented-{number}", f"place-{number}", f"Status {number}", 0.1)
        metrics.answered("extractive", "home", "s" + "x" * (number % 30), 0.1)
        metrics.answered("extractive", "home", f"status_{chr(97 + number % 26)}{chr(97 + number // 26)}", 0.1)
        metrics.egress(f"class {number}", f"decision {number}")
        metrics.cache(f"level {number}", f"result {number}")
    seen = read(metrics)
    assert seen[sample("vestibule_requests_total", model="other", location="other", status="other")] == 1000
    assert len(seen) < 250
    assert seen[sample("vestibule_egress_total", class_="other", decision="other")] == 1000


def test_local_share_counts_answers_only() -> None:
    metrics = Metrics(lambda: ["extractive", "far"])
    assert math.isnan(read(metrics)[sample("vestibule_local_share_ratio")])
    for _ in range(3):
        metrics.answered("extractive", "home", "ok", 0.1)
    metrics.answered("far", "cloud", "ok", 0.1)
    metrics.answered("none", "none", "rate_limited", 0.1)
    metrics.answered("far", "cloud", "upstream_failed", 0.1)
    assert read(metrics)[sample("vestibule_local_share_ratio")] == 0.75


def test_two_of_them_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.cache("exact", "hit")
    assert sample("vestibule_cache_lookups_total", level="exact", result="hit") not in read(second)
