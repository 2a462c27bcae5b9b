"""The faults of the table, and by which rules an outcome is judged: from what users of gateways complained of, not from
our code. Knows neither servers nor the product; see `table.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.egress.servers.faults import Fault, FaultKind
from tests.laboratory.asking import Got
from tests.laboratory.product import BETWEEN_TOKENS_S, FIRST_TOKEN_S

SLACK_S = 1.5  # what two busy cores may add to a wait
MOST_READ = 64 * 1_048_576
QUOTED = ("9017", "1200000", "PICK THE LOCK", "Content Exists", "Hotel guests")
"""Words of the providers' own refusals, which may quote the prompt and are not for the caller."""


@dataclass(frozen=True)
class Seen:
    """What the provider saw of one row: when each request came, in seconds after the first, and the bytes each way.
    `left_s`: when the client was gone from a connection that said nothing."""

    times: Sequence[float] = ()
    received: int = 0
    sent: int = 0
    left_s: float | None = None

    def __str__(self) -> str:
        times = ", ".join(f"{at:.2f}" for at in self.times)
        left = "" if self.left_s is None else f", left after {self.left_s:.1f} s"
        return f"{len(self.times)} requests at {times} s; {self.received:,} bytes in, {self.sent:,} out{left}"


@dataclass(frozen=True)
class Outcome:
    """`texts` is what each model says when nothing is wrong. `alone`: nobody else may answer. `unnamed`: so many
    attempts need not be told of, as when a connection that was kept open turns out to be dead."""

    got: Got
    seen: Seen
    texts: Mapping[str, str]
    primary: str
    alone: bool = False
    unnamed: int = 0


Rule = Callable[[Outcome], str]
"""Returns what is wrong; nothing where nothing is."""


@dataclass(frozen=True)
class Row:
    """`faults` are for the next requests to the primary, the `last` one for all that follow. `only` names the kinds of
    providers where the fault exists; `alone` the rules where no other model may answer, if it is asked that way too."""

    title: str
    faults: Sequence[Fault]
    rules: Sequence[Rule]
    persistent: bool = False
    without: Sequence[str] = ()
    alone: Sequence[Rule] = ()
    unnamed: int = 0


def whole(o: Outcome) -> str:
    """One whole answer, each part of it once, under the name of the model that told it."""
    if o.got.ending != "whole":
        return f"no whole answer: {o.got}"
    return _text_is_wrong(o)


def clear_error(o: Outcome) -> str:
    """An error with a code and words that help, and nothing that looks like an answer that is complete."""
    if o.got.ending != "error":
        return f"neither an answer nor a clear error: {o.got}" if o.got.ending == "neither" else "no error is told"
    return _quotes(o)


def whole_or_clear_error(o: Outcome) -> str:
    return whole(o) if o.got.ending == "whole" else clear_error(o)


def _text_is_wrong(o: Outcome) -> str:
    text, told = o.got.text, o.texts.get(o.got.model)
    if told is None:
        return f"answered by {o.got.model}, which nobody asked"
    if text == told:
        return ""
    begun = len(common(text, o.texts[o.primary]))
    tried = dict(o.got.attempts)
    if o.primary not in tried or o.got.model == o.primary or begun == 0:
        return f"the text is not what {o.got.model} says: {text[:60]!r}"
    return "a part is told twice" if begun > 7 and text.count(text[:begun]) > 1 else ""


def common(one: str, other: str) -> str:
    """What both begin with."""
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def _quotes(o: Outcome) -> str:
    return next((f"the provider's own words are shown: {q}" for q in QUOTED if q in o.got.message), "")


def named_rightly(o: Outcome) -> str:
    """The last attempt is the model that is named, and answered; those that failed are named too."""
    if o.got.ending != "whole":
        return ""
    if not o.got.attempts or o.got.attempts[-1] != (o.got.model, "answered"):
        return f"attempts {o.got.attempts} do not end with {o.got.model}"
    named, made = sum(model == o.primary for model, _ in o.got.attempts), len(o.seen.times)
    if named > made:
        return f"{named} attempts are named, {made} were made"
    return "" if made - named <= o.unnamed else "a failed attempt is not named"


def by(who: str) -> Rule:
    def rule(o: Outcome) -> str:
        wanted = o.primary if who == "primary" else who
        return "" if o.got.model == wanted else f"answered by {o.got.model or 'nobody'}, not {wanted}"

    return rule


def asked(fewest: int, most: int) -> Rule:
    def rule(o: Outcome) -> str:
        count = len(o.seen.times)
        return "" if fewest <= count <= most else f"the provider was asked {count} times, not {fewest} to {most}"

    return rule


def not_before(seconds: float) -> Rule:
    def rule(o: Outcome) -> str:
        early = len(o.seen.times) > 1 and o.seen.times[1] < seconds
        return f"asked again after {o.seen.times[1]:.2f} s, not {seconds:g}" if early else ""

    return rule


def within(seconds: float) -> Rule:
    def rule(o: Outcome) -> str:
        return "" if o.got.elapsed_s <= seconds else f"took {o.got.elapsed_s:.1f} s, not {seconds:.1f}"

    return rule


def counted(o: Outcome) -> str:
    return "" if o.got.usage.get("completion_tokens") else f"usage is not reported: {o.got.usage}"


def let_go(o: Outcome) -> str:
    """The connection that said nothing is closed, not left to itself."""
    return "" if o.seen.left_s is not None else "its connection was left open"


def read_little(o: Outcome) -> str:
    return "" if o.seen.sent < MOST_READ else f"{o.seen.sent:,} bytes were read"


def names(*words: str) -> Rule:
    """An error says what kind of refusal it was. An answer by another model needs no reason."""

    def rule(o: Outcome) -> str:
        said = f"{o.got.code} {o.got.message}".lower()
        missing = o.got.ending == "error" and not any(word in said for word in words)
        return f"the reason is not told: {o.got.message}" if missing else ""

    return rule


ONE_WAIT = (within(FIRST_TOKEN_S + SLACK_S), asked(1, 1), let_go)
_BROKEN_OFF = (asked(1, 2), within(BETWEEN_TOKENS_S * 2 + SLACK_S))


def _once(kind: FaultKind, after: int = 40) -> list[Fault]:
    """In the middle of a sentence, after two whole ones, unless said otherwise."""
    return [Fault(kind, after=after, wait_s=6.0)]


ROWS: Sequence[Row] = (
    Row("429 with Retry-After: 1", _once("rate_limited"), (whole, asked(1, 2), not_before(1.0)), alone=(whole,)),
    Row(
        "429 without Retry-After",
        [Fault("rate_limited", retry_after_s=None)],
        (whole, asked(1, 3), not_before(0.1)),
        alone=(whole,),
    ),
    Row("one 500", _once("error"), (whole, by("primary"), asked(2, 2)), alone=(whole, by("primary"))),
    Row("one 503, the queue is full", _once("unavailable"), (whole, asked(1, 3)), alone=(whole,)),
    Row("reset before headers", _once("reset"), (whole, asked(1, 3)), alone=(whole,), unnamed=1),
    Row("accepted and silent", _once("silent"), (whole, *ONE_WAIT), alone=(clear_error, *ONE_WAIT)),
    Row("slow first token (6 s)", _once("slow"), (whole, *ONE_WAIT), alone=(clear_error, *ONE_WAIT)),
    Row("cut after the first words", _once("cut", 3), (whole, asked(1, 2)), alone=(whole, asked(1, 2))),
    Row(
        "cut mid-answer", _once("cut"), (whole_or_clear_error, *_BROKEN_OFF), alone=(whole_or_clear_error, asked(1, 2))
    ),
    Row(
        "stalled mid-answer",
        _once("stall"),
        (whole_or_clear_error, *_BROKEN_OFF, let_go),
        alone=(whole_or_clear_error,),
    ),
    Row("malformed chunk at the start", _once("malformed", 0), (whole, asked(1, 2)), alone=(whole_or_clear_error,)),
    Row(
        "malformed chunk mid-answer",
        _once("malformed"),
        (whole_or_clear_error, asked(1, 2)),
        alone=(whole_or_clear_error,),
    ),
    Row('{"error"} mid-answer, status 200', _once("error_inside"), (whole_or_clear_error, asked(1, 2))),
    Row("no end of the stream after the last word", _once("no_end"), (whole, by("primary"), within(1.0), counted)),
    Row("no counts", _once("no_counts"), (whole, by("primary"), asked(1, 1))),
    Row(
        "context length exceeded (400)",
        _once("context_length"),
        (whole_or_clear_error, asked(1, 1)),
        alone=(clear_error, asked(1, 1), names("context", "too long")),
    ),
    Row(
        "content filter (400)",
        _once("content_filter"),
        (whole_or_clear_error, asked(1, 1)),
        without=("ollama",),
        alone=(clear_error, asked(1, 1), names("content", "safety", "filter", "policy")),
    ),
    Row("HTML with status 200", _once("html"), (whole, asked(1, 2)), alone=(whole_or_clear_error,)),
    Row("half a JSON, then the end", _once("half_json", 0), (whole, asked(1, 2)), alone=(whole_or_clear_error,)),
    Row("a chunk of the wrong type", _once("wrong_type", 0), (whole, asked(1, 2)), alone=(whole_or_clear_error,)),
    Row("a line without end", _once("endless_line", 0), (whole, read_little), alone=(whole_or_clear_error,)),
    Row("a body of 2 GiB", _once("big_body"), (whole, read_little), alone=(clear_error, read_little)),
    Row("a redirect", _once("redirect"), (whole, asked(1, 2)), alone=(clear_error,)),
    Row(
        "503 for ever",
        _once("unavailable"),
        (whole, by("backup"), asked(1, 3)),
        persistent=True,
        alone=(clear_error, asked(1, 3)),
    ),
)
MANDATORY: Sequence[Rule] = (named_rightly,)


@dataclass
class Judged:
    kind: str
    title: str
    outcome: Outcome
    problems: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.problems:
            return "FAILS: " + "; ".join(self.problems)
        return "whole answer" if self.outcome.got.ending == "whole" else "clear error"


def judge(kind: str, row: Row, outcome: Outcome) -> Judged:
    rules = (*(row.alone if outcome.alone else row.rules), *MANDATORY)
    return Judged(kind, row.title, outcome, [problem for rule in rules if (problem := rule(outcome))])
