"""The command: ask the running server, judge, keep the baseline, say what is good enough and what is not."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console

from vestibule.cli.acceptance.asking import Sample, ask, ask_at_once
from vestibule.cli.acceptance.judging import Criterion, Figures, billions_of, figures, judge
from vestibule.cli.acceptance.scenarios import SCENARIOS, Scenario
from vestibule.cli.client import Client
from vestibule.cli.progress import OnProgress, progress_bar
from vestibule.cli.resident import resident_models
from vestibule.core.errors import NotFound
from vestibule.core.settings import Settings
from vestibule.providers.ollama import discover_ollama

STREAMED = ("building", "coordination")


class Acceptance(msgspec.Struct, frozen=True):
    """What is kept under `acceptance/` of the home."""

    model: str
    measured_at: str
    accepted: bool
    billions: float | None
    figures: Figures
    criteria: tuple[Criterion, ...]
    samples: tuple[Sample, ...]


@click.command()
@click.argument("name")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--key", envvar="VESTIBULE_KEY", help="API key; not needed for the demo.")
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True, help="Times each is streamed.")
@click.option(
    "--parallel", type=click.IntRange(1, 64), help="Answers at once under load; by default twice local.slots."
)
@click.option("--json", "as_json", is_flag=True, help="Print what is kept.")
def accept(name: str, config: Path | None, key: str | None, rounds: int, parallel: int | None, as_json: bool) -> None:
    """Ask a model of the running server what a building needs, and say whether it is good and quick enough here.

    The figures are kept under acceptance/ in the home. Exit 1 where a criterion fails.
    """
    settings = Settings.load(config, os.environ)
    client = Client(settings, key or settings.admin_key)
    _require_known(client, name)
    with progress_bar(Console(stderr=True)) as report:
        samples = _one_by_one(client, name, rounds, report)
        at_once = parallel or 2 * settings.local.slots
        loaded = ask_at_once(client, [s for s in SCENARIOS if s.kind in STREAMED], name, at_once)
        report("load", 1, 1)
    acceptance = asyncio.run(_judged(settings, name, samples, loaded))
    place = _keep(settings.home, acceptance)
    if as_json:
        click.echo(msgspec.json.encode(acceptance).decode())
    else:
        _show(acceptance, place)
    if not acceptance.accepted:
        sys.exit(1)


def _require_known(client: Client, name: str) -> None:
    known = [str(model["id"]) for model in client.get("/v1/models")["data"]]
    if name not in known or name == "auto":
        raise NotFound(f"The server has no model `{name[:80]}`.", next_step=f"It has: {', '.join(known)}.")


def _one_by_one(client: Client, name: str, rounds: int, report: OnProgress) -> list[Sample]:
    """The first answer only wakes the model: loading is not what is measured."""
    ask(client, next(s for s in SCENARIOS if s.kind == "coordination"), name, stream=True)
    asked: list[tuple[Scenario, bool]] = [(scenario, False) for scenario in SCENARIOS]
    asked += [(scenario, True) for _ in range(rounds) for scenario in SCENARIOS if scenario.kind in STREAMED]
    samples = []
    for done, (scenario, stream) in enumerate(asked, 1):
        samples.append(ask(client, scenario, name, stream=stream))
        report("one by one", done, len(asked))
    return samples


async def _judged(settings: Settings, name: str, samples: list[Sample], loaded: list[Sample]) -> Acceptance:
    residents = await resident_models(settings)
    at_home = any(resident.model in (name, f"{name}:latest") for resident in residents)
    measured = figures(samples, loaded, sum(r.bytes for r in residents) if at_home else None)
    billions = await _billions(settings, name)
    criteria = judge(samples, loaded, measured, billions, settings.local.memory_bytes)
    return Acceptance(
        model=name,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        accepted=all(criterion.state != "fail" for criterion in criteria),
        billions=billions,
        figures=measured,
        criteria=criteria,
        samples=(*samples, *loaded),
    )


async def _billions(settings: Settings, name: str) -> float | None:
    found = await discover_ollama(settings.home_hosts, os.environ)
    said = next((m.parameter_size for m in found.models if m.name == name), "")
    upstream = next((m.name for m in settings.models if m.id == name), name)
    return billions_of(upstream, said)


def _keep(home: Path, acceptance: Acceptance) -> Path:
    place = home / "acceptance" / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', acceptance.model)}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(msgspec.json.format(msgspec.json.encode(acceptance), indent=2) + b"\n")
    return place


def _show(acceptance: Acceptance, place: Path) -> None:
    measured = acceptance.figures
    held = "not seen" if measured.memory_bytes is None else f"{measured.memory_bytes / 2**30:.2f} GiB"
    click.echo(f"{acceptance.model}: {measured.answers} answers, {measured.failed} failed\n")
    click.echo(f"first token              p50 {_s(measured.first_token_p50_s)}, p95 {_s(measured.first_token_p95_s)}")
    click.echo(f"first token, {measured.at_once:>2} at once  p95 {_s(measured.at_once_first_token_p95_s)}")
    click.echo(f"coordination, whole      p95 {_s(measured.coordination_p95_s)}")
    speed = measured.tokens_per_s_p50
    click.echo(f"tokens per second, whole p50 {'-' if speed is None else f'{speed:.1f}'}")
    click.echo(f"memory of local models   {held}\n")
    for criterion in acceptance.criteria:
        click.echo(f"{criterion.state:<15} {criterion.name:<32} {criterion.detail}")
    click.echo(f"\n{'Accepted' if acceptance.accepted else 'Not accepted'}. Kept in {place}.")


def _s(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.2f} s"
