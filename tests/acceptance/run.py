"""Ask a running server the judge's questions through the official SDK and print what was right and what was not.

    python -m tests.acceptance.run --url http://127.0.0.1:8080 --demo ~/.vestibule/demo \\
        --count 100 --documents 20 --seed 31 --out results.json

Exit 1 below the shares wanted (90 % of the data questions, 95 % of the document questions). Knows the server only by
its address, and the world only by its files.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import openai

from tests.acceptance.questions.bank import draw
from tests.acceptance.questions.case import Case, PassageCited
from tests.acceptance.questions.documents import draw_documents
from tests.acceptance.questions.verdict import Verdict, judge

_FRESH = {"vestibule": {"cache": "bypass"}}
Ask = Callable[[str], tuple[str, Mapping[str, object]]]


@dataclass(frozen=True)
class Outcome:
    case: Case
    answer: str
    block: Mapping[str, object]
    verdict: Verdict
    seconds: float

    @property
    def about_documents(self) -> bool:
        return isinstance(self.case.check, PassageCited)


def main() -> None:
    options = _arguments()
    cases = draw(options.demo, seed=options.seed, count=options.count)
    cases += draw_documents(options.demo, seed=options.seed, count=options.documents)
    with openai.OpenAI(base_url=f"{options.url.rstrip('/')}/v1", api_key=options.key, max_retries=1) as client:
        outcomes = examine(cases, through(client, options.model, stream=options.stream))
    print(checks(outcomes))
    print(report(outcomes))
    if options.out:
        options.out.write_bytes(msgspec.json.format(msgspec.json.encode([_record(o) for o in outcomes])))
    sys.exit(0 if good_enough(outcomes, options.least, options.least_documents) else 1)


def examine(cases: list[Case], ask: Ask) -> list[Outcome]:
    outcomes = []
    for i, case in enumerate(cases, 1):
        began = time.monotonic()
        answer, block = ask(case.question)
        verdict = judge(case, answer, block)
        outcomes.append(Outcome(case, answer, block, verdict, time.monotonic() - began))
        if sys.stderr.isatty():
            print(f"\r{i}/{len(cases)}", end="", file=sys.stderr, flush=True)
    return outcomes


def through(client: openai.OpenAI, model: str = "auto", *, stream: bool = False) -> Ask:
    """Ask with the cache bypassed; a refusal or a broken connection is an answer like any other, and a wrong one."""

    def ask(question: str) -> tuple[str, Mapping[str, object]]:
        try:
            return (_streamed if stream else _whole)(client, model, question)
        except openai.APIError as error:
            return f"({type(error).__name__}: {error.message})", {}

    return ask


def _whole(client: openai.OpenAI, model: str, question: str) -> tuple[str, Mapping[str, object]]:
    reply = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": question}], extra_body=_FRESH
    )
    return reply.choices[0].message.content or "", _block(reply.model_extra)


def _streamed(client: openai.OpenAI, model: str, question: str) -> tuple[str, Mapping[str, object]]:
    """The pieces joined; a stream that ends without saying why is no answer."""
    text, finish, block = "", None, None
    for chunk in client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": question}], extra_body=_FRESH, stream=True
    ):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
        block = _block(chunk.model_extra) or block
    return (text, block or {}) if finish else ("(the stream ended without saying why)", {})


def _block(extra: Mapping[str, object] | None) -> Mapping[str, object]:
    block = (extra or {}).get("vestibule")
    return block if isinstance(block, dict) else {}


def checks(outcomes: list[Outcome]) -> str:
    """What the product's own checks counted: in how many answers each was there to be made, and passed throughout."""
    lines = []
    for name in ("citations", "numbers"):
        shares = [s for o in outcomes if (s := _checked(o.block, name)) is not None]
        whole = sum(share == 1.0 for share in shares)
        mean = f"; {sum(shares) / len(shares):.1%} of its sentences on average" if shares else ""
        lines.append(f"{name} check: {whole} of {len(shares)} answers passed throughout{mean}")
    return "\n".join(lines)


def _checked(block: Mapping[str, object], name: str) -> float | None:
    quality = block.get("quality")
    measured = quality.get("checks") if isinstance(quality, dict) else None
    share = measured.get(name) if isinstance(measured, dict) else None
    return float(share) if isinstance(share, int | float) else None


def report(outcomes: list[Outcome]) -> str:
    """A line per kind, the misses in full, the totals."""
    kinds = sorted({o.case.kind for o in outcomes}, key=lambda k: (k.startswith("document"), k))
    lines = [f"{'kind':24} right  asked"]
    for kind in kinds:
        of_kind = [o for o in outcomes if o.case.kind == kind]
        lines.append(f"{kind:24} {sum(o.verdict.ok for o in of_kind):5}  {len(of_kind):5}")
    for outcome in outcomes:
        if not outcome.verdict.ok:
            case = outcome.case
            lines += ["", f"MISS {case.id} [{case.kind}] {case.persona}: {case.question}", outcome.answer.strip()]
            lines += [f"  -> {reason}" for reason in outcome.verdict.reasons]
    data, documents = ([o for o in outcomes if o.about_documents is about] for about in (False, True))
    passed = sum(o.verdict.ok for o in outcomes)
    lines += [
        "",
        f"data questions: {_share(data):.1%} of {len(data)}, documents: {_share(documents):.1%} of {len(documents)}",
    ]
    return "\n".join([*lines, f"{passed} passed, {len(outcomes) - passed} failed"])


def good_enough(outcomes: list[Outcome], least: float, least_documents: float) -> bool:
    data, documents = ([o for o in outcomes if o.about_documents is about] for about in (False, True))
    return _share(data) >= least and _share(documents) >= least_documents


def _share(outcomes: list[Outcome]) -> float:
    return sum(o.verdict.ok for o in outcomes) / len(outcomes) if outcomes else 1.0


def _record(outcome: Outcome) -> dict[str, object]:
    case = outcome.case
    asked = {"id": case.id, "kind": case.kind, "persona": case.persona, "question": case.question}
    period = [case.period.start.isoformat(), case.period.end.isoformat()] if case.period else None
    wanted = {"type": type(case.check).__name__} | dataclasses.asdict(case.check)
    found = {"answer": outcome.answer, "vestibule": outcome.block, "seconds": round(outcome.seconds, 3)}
    verdict = {"ok": outcome.verdict.ok, "reasons": outcome.verdict.reasons}
    return asked | {"buildings": case.buildings, "period": period, "wanted": wanted} | found | verdict


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.run", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default="any", help="API key; a demo takes any")
    parser.add_argument("--model", default="auto")
    parser.add_argument("--stream", action="store_true", help="have the answers streamed")
    parser.add_argument("--demo", type=Path, required=True, help="the generated world: $VESTIBULE_HOME/demo")
    parser.add_argument("--count", type=int, default=100, help="data questions")
    parser.add_argument("--documents", type=int, default=20, help="document questions")
    parser.add_argument("--seed", type=int, default=3001, help="of the draw, not of the world")
    parser.add_argument("--least", type=float, default=0.90, help="share of data questions to be right")
    parser.add_argument("--least-documents", type=float, default=0.95, help="share of document questions to be right")
    parser.add_argument("--out", type=Path, help="write every question, answer and verdict here as JSON")
    options = parser.parse_args()
    options.demo = options.demo.expanduser()
    return options


if __name__ == "__main__":
    main()
