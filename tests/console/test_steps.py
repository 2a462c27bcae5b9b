"""The steps a reader is shown: every one that was timed, with the reason it came out so."""

import msgspec

from tests.console.scripted import completed
from vestibule.console.steps import Step, steps
from vestibule.core.answer import CacheReport, Completed, PrivacyReport


def by_title(answer: Completed) -> dict[str, Step]:
    return {step.title: step for step in steps(answer, "acme")}


def test_every_timed_step_is_there_in_order_and_neither_total_nor_first_token() -> None:
    titles = [step.title for step in steps(completed(), "acme")]
    assert titles == [
        "Admitted",
        "Classified",
        "Cache",
        "Embedded",
        "Retrieved",
        "Routed",
        "Cleared",
        "Generated",
        "Checked",
    ]


def test_each_says_why() -> None:
    told = by_title(completed())
    assert told["Admitted"].reasons == ("Tenant acme, within its limits.",)
    assert "Nothing left the house." in told["Classified"].reasons
    assert "Building data." in told["Classified"].reasons
    assert told["Cache"].reasons == ("Not answered before.",)
    assert told["Retrieved"].reasons == ("2 sources cited in the answer.",)
    assert told["Routed"].reasons == ("extractive: the only one at home.",)
    assert told["Cleared"].reasons == ("Sealed for extractive alone, which is at home.",)
    assert told["Generated"].reasons == ("812 tokens read, 64 written.", "Before: qwen gave up (upstream_failed).")
    assert told["Checked"].reasons == ("100 % of sentences with citations passed.",)


def test_what_left_says_how_much_stayed_behind() -> None:
    answer = completed()
    timings = {"plan": 0.1, "pseudonymise": 2.0, "clear": 0.2, "total": 3.0}

    def told(privacy: PrivacyReport) -> tuple[str, ...]:
        report = msgspec.structs.replace(answer.report, privacy=privacy, timings_ms=timings)
        return by_title(msgspec.structs.replace(answer, report=report))["Pseudonymised"].reasons

    left = PrivacyReport("confidential", left=True, pseudonymised=1)
    assert told(left) == ("1 name or number left as placeholder.",)
    odd = msgspec.structs.replace(left, pseudonymised=3, unrestored=2)
    assert told(odd) == (
        "3 names or numbers left as placeholders.",
        "2 placeholders of the answer stand for nothing that was sent.",
    )


def test_shares_are_of_the_total() -> None:
    told = by_title(completed())
    assert told["Retrieved"].share == 21.3 / 45.1
    assert told["Checked"].time_ms is None


def test_a_cached_answer_says_how_old_it_is_even_untimed() -> None:
    answer = completed(cache=CacheReport("hit", "exact", 12.2))
    timings = {"admit": 0.1, "classify": 0.2, "total": 0.5}
    answer = msgspec.structs.replace(answer, report=msgspec.structs.replace(answer.report, timings_ms=timings))
    told = by_title(answer)
    assert told["Cache"].reasons == ("Found: the same question was answered before (exact, 12 s old).",)
    assert "Generated" not in told


def test_a_cut_answer_is_not_called_complete() -> None:
    told = by_title(completed(finish_reason="length"))
    assert "Stopped at its length limit: the answer is not complete." in told["Generated"].reasons


def test_a_step_it_does_not_know_is_shown_all_the_same() -> None:
    answer = completed()
    report = msgspec.structs.replace(answer.report, timings_ms={"rerank_again": 2.0}, citations=())
    told = by_title(msgspec.structs.replace(answer, report=report))
    assert told["Rerank again"].share == 1.0
