"""`vestibule experiment`: how experiments stand, stopping them, and making an arm's choice the rule.

Works on the database, whether a server runs or not; where one does, every worker of it is told at once.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from vestibule.cli.running import run
from vestibule.configuration.office import Office
from vestibule.core.configuration import Configuration
from vestibule.core.settings import Settings
from vestibule.gateway.experiments import promote
from vestibule.routing.catalogue import Catalogue
from vestibule.routing.experiments import ExperimentReport, Experiments
from vestibule.routing.experiments.metrics import METRICS
from vestibule.routing.experiments.statistics import Interval
from vestibule.routing.experiments.verdicts import ArmReport, MetricReport
from vestibule.routing.tasks import TaskReader
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure
from vestibule.tuning import office

_CONFIG = click.option("--config", "settings_file", type=click.Path(path_type=Path), help="The vestibule.yaml in use.")
_JSON = click.option("--json", "as_json", is_flag=True)
LONGEST_REASON = 400


def _said(_: click.Context, __: click.Parameter, reason: str) -> str:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise click.BadParameter(f"say why, in {LONGEST_REASON} characters at most.")
    return reason


_REASON = click.option("--reason", required=True, callback=_said, help="Why; it stays with the stop or the version.")


@dataclass(frozen=True)
class _Bench:
    """What the commands work on; `configuration` is the version in force."""

    experiments: Experiments
    office: Office
    configuration: Configuration


@click.group()
def experiment() -> None:
    """Arms against each other: how they stand, stopped, made the rule."""
    configure()


@experiment.command("list")
@_CONFIG
@_JSON
def list_experiments(settings_file: Path | None, as_json: bool) -> None:
    """List the experiments of the version in force, and how each stands."""

    async def work() -> None:
        async with _opened(settings_file) as bench:
            found = await bench.experiments.reports(bench.configuration)
        if as_json:
            click.echo(msgspec.json.encode(found).decode())
            return
        for report in found:
            told = ", ".join(f"{arm.id}: {_state(arm)}" for arm in report.arms[1:])
            click.echo(f"{report.id:<24} {report.state:<8} {report.metric:<10} {told}")
        if not found:
            click.echo(f"Version {bench.configuration.number} has no experiments.")

    run(work())


@experiment.command()
@click.argument("id")
@_CONFIG
@_JSON
def show(id: str, settings_file: Path | None, as_json: bool) -> None:
    """Show the arms of an experiment: every metric, its interval, and the difference to the first arm."""

    async def work() -> None:
        async with _opened(settings_file) as bench:
            _print(await bench.experiments.report(bench.configuration, id), as_json)

    run(work())


@experiment.command()
@click.argument("id")
@click.argument("arm", default="")
@_REASON
@_CONFIG
@_JSON
def stop(id: str, arm: str, reason: str, settings_file: Path | None, as_json: bool) -> None:
    """Give ARM, or every arm of the experiment, to nobody any more. The version stays as it is."""

    async def work() -> None:
        async with _opened(settings_file) as bench:
            await bench.experiments.stop(bench.configuration, id, arm, _author(), reason)
            _print(await bench.experiments.report(bench.configuration, id), as_json)

    run(work())


@experiment.command("promote")
@click.argument("id")
@click.argument("arm")
@_REASON
@_CONFIG
@_JSON
def promote_arm(id: str, arm: str, reason: str, settings_file: Path | None, as_json: bool) -> None:
    """Make a version in which ARM's choice is the rule and the experiment is gone."""

    async def work() -> None:
        async with _opened(settings_file) as bench:
            made = await promote(bench.office, id, arm, author=_author(), reason=reason)
        if as_json:
            click.echo(msgspec.json.encode(made).decode())
        else:
            click.echo(f"Version {made.config_version} is in force: {arm} of {id} is the rule.")

    run(work())


@asynccontextmanager
async def _opened(settings_file: Path | None) -> AsyncIterator[_Bench]:
    settings = Settings.load(settings_file)
    database = await Database.open(settings)
    try:
        made = office(settings, database)
        number = await made.versions.live()
        live = (await made.versions.get(number)).configuration(settings.environment) if number else Configuration()
        yield _Bench(Experiments(database, Catalogue([]), TaskReader().read), made, live)
    finally:
        await database.close()


def _print(report: ExperimentReport, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
        return
    click.echo(
        f"{report.id}: {report.state}, judged by {report.metric}, sticky by {report.sticky}, "
        f"{report.share:.0%} take part (version {report.config_version})"
    )
    for arm in report.arms:
        click.echo(f"\n{arm.id}: {_state(arm)}; {arm.requests} requests of {arm.units}")
        for name, metric in arm.metrics.items():
            if metric.units:
                click.echo(f"  {name:<12} {_measured(metric):<34} {_against(metric, METRICS[name].is_ratio)}".rstrip())
    click.echo(
        f"\nIntervals hold with {report.confidence:.0%} however often one looks; "
        f"nothing is said of fewer than {report.enough} units."
    )


def _state(arm: ArmReport) -> str:
    return f"stopped, {arm.stopped}" if arm.stopped else arm.verdict


def _measured(metric: MetricReport) -> str:
    return f"{metric.mean:.4g} {_between(metric.interval)} n={metric.units}"


def _against(metric: MetricReport, is_ratio: bool) -> str:
    if metric.difference is None:
        return ""
    percent = 100 if is_ratio else 1
    around = metric.difference_interval
    scaled = Interval(around.low * percent, around.high * percent) if around else None
    unit = " %" if is_ratio else ""
    return f"{metric.difference * percent:+.3g}{unit} {_between(scaled)} {metric.verdict}"


def _between(interval: Interval | None) -> str:
    return f"({interval.low:.4g} to {interval.high:.4g})" if interval else "(too few)"


def _author() -> str:
    return f"cli:{os.getuid()}"
