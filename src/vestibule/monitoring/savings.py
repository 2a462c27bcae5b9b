"""What answering at home saved against having asked the cloud for all of it, on the same traffic. Reads the
request log.

Of each answer the log has what went outside, what energy and machine took at home, and what the same tokens would have
cost at the cheapest model outside that could have answered. Where that is not known, an answer is counted and its money
is not.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from psycopg.rows import class_row

from vestibule.storage.database import Database

METHOD = (
    "For each answer, the tokens it used are priced at the cheapest model outside that has a price and can do what was "
    "asked, whether or not it might have left; an answer from the cache is priced as if it had been asked anew. Saved "
    "is that, less what was spent outside and what energy and machine cost at home. Answers without a known price or "
    "number of tokens are left out of every amount but energy and CO2e. Tokens are those of the model that answered: "
    "another would count a little otherwise."
)


class Savings(msgspec.Struct, frozen=True):
    """Of `answers`, `priced` are those whose cost in the cloud is known: the amounts, in EUR, are of them alone, and
    None where there are none. `share` is what was paid of what the cloud would have taken."""

    answers: int
    at_home: int
    cached: int
    priced: int
    cloud_eur: float | None
    spent_eur: float | None
    home_eur: float | None
    saved_eur: float | None
    share: float | None
    kwh: float
    co2e_g: float


class SavingsLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moment: datetime, tenant: str | None = None) -> Savings:
        """Of one tenant if it is given. Raise `Unavailable` without the database."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Savings)) as cursor:
            await cursor.execute(_SUM, {"moment": moment, "tenant": tenant})
            found = await cursor.fetchone()
        assert found is not None
        return found


_SUM = """
WITH told AS (
    SELECT *, cloud_eur IS NOT NULL AS is_priced, cost_eur + coalesce(home_eur, 0) AS paid_eur FROM requests
    WHERE outcome = 'answered' AND started_at >= %(moment)s AND (tenant = %(tenant)s OR %(tenant)s::text IS NULL)
)
SELECT count(*) AS answers, count(*) FILTER (WHERE location = 'home') AS at_home,
       count(*) FILTER (WHERE cache = 'hit') AS cached, count(*) FILTER (WHERE is_priced) AS priced,
       sum(cloud_eur) AS cloud_eur, sum(cost_eur) FILTER (WHERE is_priced) AS spent_eur,
       sum(coalesce(home_eur, 0)) FILTER (WHERE is_priced) AS home_eur,
       sum(cloud_eur - paid_eur) AS saved_eur,
       sum(paid_eur) FILTER (WHERE is_priced) / nullif(sum(cloud_eur), 0) AS share,
       coalesce(sum(kwh), 0) AS kwh, coalesce(sum(co2e_g), 0) AS co2e_g
FROM told
"""
