"""`vestibule route`: whom the router of the running server would ask, and why not the others."""

from __future__ import annotations

import json
import os
from typing import Any, get_args

import click

from vestibule.cli.client import Client
from vestibule.core.chat import TaskKind
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Settings

_CLASSES = [level.label for level in PrivacyClass]


@click.group()
def route() -> None:
    """Which model answers, and why."""


@route.command()
@click.argument("question")
@click.option("--model", default="auto", show_default=True, help="The model that is asked for.")
@click.option("--task", type=click.Choice(get_args(TaskKind)), help="The kind of work it is.")
@click.option("--class", "level", type=click.Choice(_CLASSES), help="How private it is at least.")
@click.option("--key", envvar="VESTIBULE_KEY", help="Admin key; not needed for the demo.")
@click.option("--json", "as_json", is_flag=True)
def explain(question: str, model: str, task: str | None, level: str | None, key: str | None, as_json: bool) -> None:
    """Show every model that QUESTION could be answered by, in the order they would be asked. None is."""
    settings = Settings.load(environ=os.environ)
    options: dict[str, object] = {"route": {"task": task}} if task else {}
    options |= {"privacy": {"class": level}} if level else {}
    body: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": question}]}
    client = Client(settings, key or settings.admin_key)
    explained = client.post("/admin/v1/routing/explain", body | {"vestibule": options})
    click.echo(json.dumps(explained, indent=2, ensure_ascii=False) if as_json else _told(explained))


def _told(explained: dict[str, Any]) -> str:
    hard = explained["difficulty"]
    kind = f"a task of the kind {explained['task']}" if explained["task"] else "a question of no special kind"
    difficulty = "" if hard is None else f", difficulty {hard:.2f}"
    lines = [f"{explained['class']}, {kind}{difficulty}  (version {explained['config_version']})"]
    width = max((len(c["model"]) for c in explained["candidates"]), default=0)
    for candidate in explained["candidates"]:
        mark = "x" if candidate["rejected"] else ">" if candidate["model"] == explained["chosen"] else " "
        score = "" if candidate["score"] is None else f"{candidate['score']:+.2f}"
        lines.append(f"{mark} {candidate['model']:<{width}}  {candidate['location']:<5}  {score:>6}  {_why(candidate)}")
    return "\n".join(lines)


def _why(candidate: dict[str, Any]) -> str:
    predicted = candidate["predicted"] or {}
    said = [str(candidate["reason"])]
    if predicted.get("quality") is not None:
        said.append(f"good enough with {predicted['quality']:.2f}")
    if predicted.get("finish_s") is not None:
        said.append(f"about {predicted['first_token_s']:.1f} s to its first word, {predicted['finish_s']:.1f} s in all")
    if predicted.get("cost_eur") is not None:
        said.append(f"{predicted['cost_eur']:.4f} EUR")
    return "; ".join(said)
