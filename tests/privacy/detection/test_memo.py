"""The memo remembers spans within its bytes, for one process and one way of looking."""

from vestibule.core.sensitivity import Span
from vestibule.privacy.detection.memo import Memo


def spans(count: int) -> tuple[Span, ...]:
    return tuple(Span("EMAIL", at, at + 1, 0.9, "email", "pseudonymise") for at in range(count))


def test_what_was_put_is_got() -> None:
    memo = Memo(10_000)
    digest = memo.digest("hello", b"local")
    assert memo.get(digest) is None
    memo.put(digest, spans(2))
    assert memo.get(digest) == spans(2)


def test_digests_differ_by_text_variant_and_process() -> None:
    memo = Memo(10_000)
    digests = {memo.digest("a", b"1"), memo.digest("b", b"1"), memo.digest("a", b"2"), Memo(1).digest("a", b"1")}
    assert len(digests) == 4
    assert memo.digest("a", b"1") in digests
    assert memo.digest("\ud800", b"1") != memo.digest("\ud801", b"1")


def test_the_least_recently_used_goes_when_bytes_run_out() -> None:
    memo = Memo(1000)
    first, second, third, large = (memo.digest(text, b"") for text in ("1", "2", "3", "4"))
    memo.put(first, ())
    memo.put(second, ())
    memo.put(third, ())
    assert memo.get(first) == ()
    memo.put(large, spans(1))
    assert memo.get(second) is None
    assert memo.get(first) == ()
    memo.put(first, spans(100))
    assert [memo.get(d) for d in (first, second, third, large)] == [None] * 4


def test_one_put_twice_counts_once() -> None:
    memo = Memo(600)
    one, two = memo.digest("1", b""), memo.digest("2", b"")
    for _ in range(5):
        memo.put(one, ())
        memo.put(two, ())
    assert memo.get(one) == memo.get(two) == ()
