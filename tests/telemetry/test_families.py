"""Several processes' counts read as one."""

import math

from prometheus_client.parser import text_string_to_metric_families

from vestibule.telemetry.families import Family, exposition, summed
from vestibule.telemetry.metrics import Metrics


def counting(answers: int, *, cloud: int = 0, waiting: int = 0) -> tuple[Family, ...]:
    metrics = Metrics(lambda: ["m"])
    for _ in range(answers):
        metrics.answered("m", "home", "ok", 0.2, 0.1)
    for _ in range(cloud):
        metrics.answered("m", "cloud", "ok", 3.0)
    metrics.queue_waiting("m", waiting)
    return metrics.families()


def read(families: tuple[Family, ...]) -> dict[str, float]:
    """By name and labels, as Prometheus would."""
    text = exposition(families).decode()
    return {
        sample.name + "".join(f"|{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_was_counted_apart_is_one_sum() -> None:
    values = read(summed([counting(3, waiting=2), counting(4, waiting=1)]))
    assert values["vestibule_requests_total|home|m|ok"] == 7
    assert values["vestibule_request_duration_seconds_count"] == 7
    assert values["vestibule_request_duration_seconds_bucket|0.25"] == 7
    assert values["vestibule_queue_waiting|m"] == 3


def test_who_is_gone_still_counts_but_waits_for_nothing() -> None:
    gone = summed([], [counting(5, waiting=9)])
    values = read(summed([counting(1, waiting=1)], [gone]))
    assert values["vestibule_requests_total|home|m|ok"] == 6
    assert values["vestibule_queue_waiting|m"] == 1
    assert read(summed([counting(1)], [summed([], [gone, counting(2)])]))["vestibule_requests_total|home|m|ok"] == 8


def test_a_share_is_that_of_the_sums() -> None:
    values = read(summed([counting(8), counting(0, cloud=2)]))
    assert values["vestibule_local_share_ratio"] == 0.8
    assert math.isnan(read(summed([counting(0), counting(0)]))["vestibule_local_share_ratio"])


def test_a_sum_began_when_the_first_did() -> None:
    first, second = counting(1), counting(1)
    began = min(
        read(first)["vestibule_requests_created|home|m|ok"], read(second)["vestibule_requests_created|home|m|ok"]
    )
    assert read(summed([second, first]))["vestibule_requests_created|home|m|ok"] == began


async def test_one_process_alone_tells_its_own() -> None:
    metrics = Metrics()
    assert await metrics.sum() == metrics.exposition()

    async def together() -> bytes:
        return b"all"

    metrics.shared_by(together)
    assert await metrics.sum() == b"all"
