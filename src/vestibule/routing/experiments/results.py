"""What the request log tells of an experiment: of each arm its requests, its units, and every metric over those."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vestibule.routing.experiments.metrics import METRICS, Name
from vestibule.routing.experiments.statistics import Sample
from vestibule.storage.database import Database


class ArmResult(msgspec.Struct, frozen=True):
    requests: int = 0
    units: int = 0
    samples: Mapping[Name, Sample] = {}


class Results:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, experiment: str, edition: str) -> dict[str, ArmResult]:
        """By arm; one that nobody had is not there."""
        took_part = msgspec.json.encode([{"id": experiment, "edition": edition}]).decode()
        async with self._database.owner() as connection:
            cursor = await connection.execute(_RESULTS, [took_part, experiment, edition])
            rows = await cursor.fetchall()
        return {str(row[0]): ArmResult(int(row[1]), int(row[2]), _samples(row[3:])) for row in rows}


def _samples(figures: tuple[int | float | None, ...]) -> dict[Name, Sample]:
    found: dict[Name, Sample] = {}
    for at, name in enumerate(METRICS):
        n, mean, squares = figures[3 * at : 3 * at + 3]
        found[name] = Sample(int(n or 0), float(mean or 0.0), max(0.0, float(squares or 0.0)))
    return found


_EACH = ", ".join(f"avg({metric.value})::float8 AS {name}" for name, metric in METRICS.items())
_OVER = ", ".join(f"count({name}), avg({name}), regr_sxx({name}, {name})" for name in METRICS)
_RESULTS = (
    f"WITH units AS (SELECT e ->> 'arm' AS arm, e ->> 'unit' AS unit, count(*) AS requests, {_EACH}"
    " FROM requests r CROSS JOIN LATERAL jsonb_array_elements(r.experiments) e"
    " LEFT JOIN feedback f ON f.request_id = r.id"
    " WHERE r.experiments @> %s::jsonb AND e ->> 'id' = %s AND e ->> 'edition' = %s GROUP BY 1, 2)"
    f" SELECT arm, sum(requests)::bigint, count(*), {_OVER} FROM units GROUP BY arm"
)
