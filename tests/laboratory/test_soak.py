"""The soak, for seconds instead of minutes; and that it finds what is neither an answer nor a clear error."""

from __future__ import annotations

import pytest

from tests.laboratory.asking import Got
from tests.laboratory.soak import Tally, soak
from tests.laboratory.speeches import KNOWN

TEXTS = {"openai": KNOWN, "backup": "Hello. Ask me about your buildings."}


@pytest.mark.slow
def test_seconds_of_random_faults_and_kills_end_in_answers_and_clear_errors() -> None:
    counts = soak(8.0, warm_s=1.0)
    assert counts["wrong"] == []
    assert counts["anything_else"] == 0
    whole, recovered, kills = counts["whole_answers"], counts["of_them_recovered"], counts["kills_of_the_child"]
    assert isinstance(whole, int)
    assert isinstance(recovered, int)
    assert whole > recovered > 0
    assert kills


def test_an_answer_that_ends_too_early_or_that_nobody_gave_is_counted_as_wrong() -> None:
    tally = Tally()
    answered = [("openai", "answered")]
    for got in (
        Got(200, KNOWN, "stop", True, "openai", attempts=answered),
        Got(502, code="upstream_failed", message="It is overloaded. Ask again later."),
        Got(200, KNOWN[:80], "", False, "openai"),
        Got(200, KNOWN[:80], "stop", True, "openai", attempts=answered),
        Got(200, KNOWN, "stop", True, "somebody", attempts=answered),
        Got(0, message="the client got ClientPayloadError"),
        Got(500, code="internal", message="Something failed inside the server."),
        Got(502, code="upstream_failed", message="It said: Hotel guests, please sign in"),
    ):
        tally.add("openai", got, TEXTS)
    assert (tally.whole.total(), tally.errors.total(), len(tally.wrong)) == (1, 1, 6)
