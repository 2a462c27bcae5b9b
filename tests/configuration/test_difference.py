"""What one version says otherwise than another, and two changes in one where they do not meet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vestibule.configuration.difference import difference, merged
from vestibule.configuration.reading import read
from vestibule.configuration.version import canonical, laid_over
from vestibule.core.configuration import Document


def document(text: str) -> Document:
    return read(text.encode()).document


PARTS = {
    "routes": st.sampled_from(["{}", "{cloud_share: 0.2}", "{cloud_share: 0.3, fallbacks: {a: [b]}}"]),
    "cache": st.sampled_from(["{}", "{seconds: 1}", "{seconds: 2}"]),
    "prompts": st.sampled_from(["{}", "{system: A.}", "{system: B., other: C.}"]),
}
DOCUMENTS = st.fixed_dictionaries(PARTS).map(
    lambda parts: document("".join(f"{name}: {text}\n" for name, text in parts.items()))
)


def test_prices_go_by_model_and_day_and_experiments_by_id() -> None:
    before = document(
        "prices: [{model: a, since: 2026-01-01, input: 1, output: 2}]\n"
        "experiments: [{id: e, arms: [{id: x}, {id: y, model: b}]}]\n"
    )
    after = document(
        "prices:\n"
        "  - {model: b, since: 2026-02-01, input: 5, output: 6}\n"
        "  - {model: a, since: 2026-01-01, input: 1, output: 3}\n"
        "experiments: [{id: e, arms: [{id: x}, {id: y, model: b, weight: 2}]}]\n"
    )
    assert [change.told() for change in difference(before, after)] == [
        "+ experiments[e].arms[y].weight: 2.0",
        "~ prices[a 2026-01-01].output: 2.0 -> 3.0",
        "+ prices[b 2026-02-01]: {}",
        "+ prices[b 2026-02-01].input: 5.0",
        "+ prices[b 2026-02-01].output: 6.0",
    ]


@given(DOCUMENTS, DOCUMENTS)
def test_there_is_no_difference_where_the_content_is_the_same_and_only_there(one: Document, other: Document) -> None:
    assert (difference(one, other) == ()) == (canonical(one) == canonical(other))


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_merging_keeps_both_changes_or_is_not_done(base: Document, mine: Document, theirs: Document) -> None:
    both = merged(base, mine, theirs)
    met = {c.section for c in difference(base, mine)} & {c.section for c in difference(base, theirs)}
    assert (both is None) == bool(met)
    if both is not None:
        changes = (*difference(base, mine), *difference(base, theirs))
        assert {change.told() for change in difference(base, both)} == {change.told() for change in changes}
        assert both == merged(base, theirs, mine)


def test_an_environment_is_laid_over_key_by_key_and_lists_are_replaced() -> None:
    said = document(
        "routes: {cloud_share: 0.2, tasks: {lookup: {prefer: [a, b], quality: 0.5}}}\n"
        "environments:\n"
        "  staging: {routes: {cloud_share: 0, tasks: {lookup: {prefer: [c]}}}}\n"
    )
    staging = laid_over(said, "staging").routes
    assert (staging.cloud_share, staging.tasks["lookup"].prefer, staging.tasks["lookup"].quality) == (0, ("c",), 0.5)
    assert laid_over(said, "production").routes == said.routes
    assert laid_over(said, "production").environments == {}
