"""`vestibule eval`: have a model of the running server answer what is known, and judge it. A client over HTTP like any
other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
import yaml
from rich.console import Console

from vestibule.cli.client import Client, ServerError
from vestibule.cli.progress import progress_bar
from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Document, SamplingPreset
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable
from vestibule.core.settings import Settings
from vestibule.evaluation import (
    Answer,
    Case,
    Ledger,
    Question,
    Sample,
    Tuning,
    building_scenarios,
    grid,
    judge,
    read_cases,
    schedule,
    tune,
)
from vestibule.evaluation.case import written
from vestibule.evaluation.tuning import IN_FORCE, Standing

PAUSES_S = (1.0, 4.0)
BUSY = (429, 503)
UPSTREAM_FAILED = 502


@click.group()
def eval() -> None:
    """Judge answers to what is known, and tune how models are asked."""


@eval.command("tune")
@click.option("--model", default="auto", show_default=True, help="The model to tune; `auto` tunes for all of them.")
@click.option("--set", "cases", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="JSON lines.")
@click.option("--demo", type=click.Path(path_type=Path, file_okay=False), help="A demo portfolio to ask about.")
@click.option("--cases", "count", type=click.IntRange(4, 10_000), default=60, show_default=True, help="Of the demo.")
@click.option("--task", type=click.Choice(get_args(TaskKind)), help="This kind of work alone.")
@click.option("--temperature", type=click.FloatRange(0, 2), multiple=True, default=(0.0, 0.3, 0.7, 1.0))
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), multiple=True, default=(1.0, 0.9, 0.6))
@click.option(
    "--seeds", type=click.IntRange(1, 100), default=3, show_default=True, help="Answers to each case, at last."
)
@click.option("--budget", type=click.IntRange(1), default=1200, show_default=True, help="Requests at most.")
@click.option("--at-once", type=click.IntRange(1, 64), default=2, show_default=True, help="Requests at a time.")
@click.option("--results", type=click.Path(path_type=Path, dir_okay=False), help="Keep answers judged; go on from it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the proposed version here.")
@click.option("--over", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Version to lay it over.")
@click.option("--save-set", type=click.Path(path_type=Path, dir_okay=False), help="Write the cases here.")
@click.option("--seed", default=0, show_default=True, help="Of the draw of cases and of the sampling.")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--key", envvar="VESTIBULE_KEY", help="API key; not needed for the demo.")
@click.option("--json", "as_json", is_flag=True, help="Print all that was found.")
def tune_samplings(
    model: str,
    cases: Path | None,
    demo: Path | None,
    count: int,
    task: TaskKind | None,
    temperature: tuple[float, ...],
    top_p: tuple[float, ...],
    seeds: int,
    budget: int,
    at_once: int,
    results: Path | None,
    out: Path | None,
    over: Path | None,
    save_set: Path | None,
    seed: int,
    config: Path | None,
    key: str | None,
    as_json: bool,
) -> None:
    """Sweep temperature and top_p over questions with known answers, and propose the best.

    The questions are about the generated portfolio of `vestibule demo`, or come with --set. What is best among half of
    them is compared with what is in force on the other half; where that is not surely better, it says so and proposes
    nothing. --out writes a version for `vestibule config apply`, laid over the one that --over names.
    """
    settings = Settings.load(config, os.environ)
    client = Client(settings, key or settings.admin_key)
    asked = _cases(cases, demo or settings.home / "demo", count, seed, task)
    if save_set:
        save_set.write_bytes(written(asked))
    planned = schedule(asked, grid(temperature, top_p), seeds=seeds, budget=budget)
    _require_model(client, model)
    ledger = Ledger(results)
    with progress_bar(Console(stderr=True)) as report:
        tuning = tune(model, planned, _Asker(client, at_once), ledger, seed=seed, report=report)
    proposed = proposal(tuning)
    if out and tuning.is_sure:
        out.write_bytes(laid_over(proposed, over.read_bytes() if over else b""))
    if as_json:
        fragment = proposed if tuning.is_sure else None
        told = {**msgspec.to_builtins(tuning), "is_sure": tuning.is_sure, "proposal": fragment}
        click.echo(msgspec.json.encode(told).decode())
    else:
        _show(tuning, out)


def proposal(tuning: Tuning) -> dict[str, object]:
    """`presets` of a version: of the model's id, or of the kinds of work where the router chose the model."""
    tasks = {task: msgspec.to_builtins(tuning.best.preset) for task in tuning.tasks}
    return {"presets": {"tasks": tasks} if tuning.model == "auto" else {"models": {tuning.model: tasks}}}


def laid_over(proposed: dict[str, object], version: bytes) -> bytes:
    """The version (YAML or JSON) with the proposal in it, the rest as it was. Raise `InvalidRequest` for what is no
    version."""
    try:
        whole = _merged(msgspec.convert(yaml.safe_load(version) or {}, dict[str, Any]), proposed)
        msgspec.convert(whole, Document, strict=False)
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise InvalidRequest(
            f"--over names no version that presets can be laid over: {str(error).splitlines()[0]}.",
            next_step="`vestibule config show` prints the one in force.",
        ) from None
    written_down: str = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)
    return written_down.encode()


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    deeper = {
        k: _merged(under[k], v) for k, v in over.items() if isinstance(v, dict) and isinstance(under.get(k), dict)
    }
    return {**under, **over, **deeper}


def _cases(named: Path | None, demo: Path, count: int, seed: int, task: TaskKind | None) -> Sequence[Case]:
    """Those of the set, or of the demo portfolio; of one kind where that is wanted, with those that name none."""
    cases = (
        read_cases(named) if named else building_scenarios(demo, count=count if task is None else 12 * count, seed=seed)
    )
    if task is not None:
        cases = tuple(msgspec.structs.replace(c, task=task) for c in cases if c.task in (task, None))
        cases = cases if named else cases[:count]
    if not any(case.task for case in cases):
        raise InvalidRequest(
            "No case is of a kind of work that a preset could be for.",
            next_step="Give cases a `task`, or name one for all of them with --task.",
        )
    return cases


def _require_model(client: Client, model: str) -> None:
    known = [str(listed["id"]) for listed in client.get("/v1/models")["data"]]
    if model not in known:
        raise NotFound(f"The server has no model `{model[:80]}`.", next_step=f"It has: {', '.join(known)}.")


class _Asker:
    """Asks the server, several questions at a time. An answer that the model failed to give counts as wrong, since that
    may be the sampling's doing; anything else that fails three times ends the run."""

    def __init__(self, client: Client, at_once: int) -> None:
        self._client = client
        self._at_once = at_once

    def __call__(self, questions: Sequence[Question]) -> Iterator[Sample]:
        with ThreadPoolExecutor(self._at_once) as threads:
            under_way = [threads.submit(self._ask, question) for question in questions]
            try:
                for done in as_completed(under_way):
                    yield done.result()
            finally:
                for waiting in under_way:
                    waiting.cancel()

    def _ask(self, question: Question) -> Sample:
        began = time.perf_counter()
        try:
            answer = self._post(question)
        except ServerError as error:
            if error.status != UPSTREAM_FAILED:
                raise Unavailable(
                    f"The case `{question.case.id}` could not be asked: {error.message}",
                    next_step="What was answered is kept where --results names a file: run it again to go on.",
                ) from None
            seconds = time.perf_counter() - began
            return Sample(question.key, question.case.id, (error.message,), seconds, failed=True)
        seconds = time.perf_counter() - began
        tokens = int((answer.get("usage") or {}).get("completion_tokens") or 0)
        return Sample(question.key, question.case.id, judge(question.case, _read(answer)), seconds, tokens)

    def _post(self, question: Question) -> dict[str, Any]:
        for wait_s in PAUSES_S:
            try:
                return self._client.post("/v1/chat/completions", body(question))
            except (ServerError, Unavailable) as error:
                if isinstance(error, ServerError) and error.status not in BUSY:
                    raise
                time.sleep(wait_s)
        return self._client.post("/v1/chat/completions", body(question))


def body(question: Question) -> dict[str, object]:
    """Of a chat completion that no cache answers."""
    case, preset = question.case, question.preset
    options: dict[str, object] = {"cache": "bypass"}
    options |= {"route": {"task": case.task}} if case.task else {}
    options |= {} if case.grounded else {"knowledge": False, "buildings": []}
    asked: dict[str, object] = {
        "model": question.model,
        "messages": msgspec.to_builtins(case.turns),
        "max_tokens": case.max_tokens,
        "seed": question.seed,
        "vestibule": options,
    }
    if case.answer_schema is not None:
        schema = {"name": "answer", "schema": case.answer_schema}
        asked["response_format"] = {"type": "json_schema", "json_schema": schema}
    sampling: dict[str, object] = msgspec.to_builtins(preset)
    return asked | sampling


def _read(answer: dict[str, Any]) -> Answer:
    cited = answer.get("vestibule", {}).get("citations", ())
    text = answer["choices"][0]["message"].get("content") or ""
    return Answer(text, tuple(str(citation["quote"]) for citation in cited))


def _show(tuning: Tuning, out: Path | None) -> None:
    best, present = tuning.best, tuning.present
    click.echo(f"{tuning.model}: {', '.join(tuning.tasks)}; {tuning.requests} requests\n")
    for number, rung in enumerate(tuning.rungs, 1):
        click.echo(f"screening {number}, {rung[0].cases} cases")
        for standing in rung:
            click.echo(f"  {_told(standing)}")
    click.echo(f"\ncompared on {best.cases} other cases, {best.answers} answers each")
    click.echo(f"  {_told(best)}\n  {_told(present)}")
    click.echo(
        f"  difference {tuning.difference:+.1%} (95 %: {tuning.interval.low:+.1%} to {tuning.interval.high:+.1%}; "
        f"p = {tuning.p:.3f})\n"
    )
    if not tuning.is_sure:
        click.echo("No preset is surely better than what is in force. Nothing is proposed.")
        return
    click.echo(f"Proposed: {name(best.preset)}.")
    click.echo(
        f"Written to {out}. `vestibule config validate {out}` looks at it, `vestibule config apply {out}` takes it."
        if out
        else "Name a file with --out to have it as a version for `vestibule config apply`."
    )


def _told(standing: Standing) -> str:
    interval = standing.interval
    failed = f"; {standing.failed} of {standing.answers} failed" if standing.failed else ""
    return (
        f"{name(standing.preset):<32} {standing.share:6.1%} right "
        f"(95 %: {interval.low:.1%} to {interval.high:.1%}), {standing.seconds:.2f} s an answer{failed}"
    )


def name(preset: SamplingPreset) -> str:
    """As people say it."""
    if preset == IN_FORCE:
        return "what is in force"
    said = [f"temperature {preset.temperature:g}"] if preset.temperature is not None else []
    said += [f"top_p {preset.top_p:g}"] if preset.top_p is not None else []
    return ", ".join(said)
