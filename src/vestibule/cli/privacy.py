"""`vestibule privacy`: explain a text, lint a policy, forget a tenant or a person."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from vestibule.cli.client import Client
from vestibule.cli.running import run
from vestibule.core.ports import Subject
from vestibule.core.settings import Settings
from vestibule.erasure import Erasure, ErasureReport, durable_parts
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.check import CheckReport, Outside, PrivacyCheck
from vestibule.privacy.detection import Detector
from vestibule.privacy.policy import Finding, Policy, PolicyError, PolicyStore
from vestibule.privacy.policy import lint as lint_policy
from vestibule.privacy.tagger import Tagger
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database
from vestibule.telemetry.logs import configure

_FILE = click.Path(path_type=Path, dir_okay=False)
_CONFIG = click.option("--config", type=_FILE, help="The vestibule.yaml that names the providers.")


@click.group()
def privacy() -> None:
    """What is private in a text, what may leave by the policy, and what is to be forgotten."""
    configure()


@privacy.command()
@click.argument("text")
@click.option("--policy", "policy_file", type=_FILE, help="Another policy than the one in force.")
@click.option("--tenant", default="default", show_default=True, help="Whose request it would be.")
@_CONFIG
@click.option("--json", "as_json", is_flag=True)
def check(text: str, policy_file: Path | None, tenant: str, config: Path | None, as_json: bool) -> None:
    """Show what is found in TEXT (- reads it from stdin), its class, and what of it would leave.

    The names of your tenants, rooms and meters are known to the running server only: ask that at
    /admin/v1/privacy/check.
    """
    settings = Settings.load(config)
    policies = PolicyStore(_given(policy_file) or settings.policy_path)
    given = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    report = PrivacyCheck(Detector(tagger=Tagger.load()), policies, outside(settings)).report(tenant, given)
    click.echo(msgspec.json.encode(report).decode() if as_json else _explained(report, given, policies.current))


@privacy.command()
@click.argument("file", type=_FILE)
@_CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print one object per finding.")
def lint(file: Path, config: Path | None, as_json: bool) -> None:
    """Check a policy: errors stop it from being used (exit 1), warnings are probably not what you meant."""
    policy = Policy.draft(_content(file), str(file))
    providers = Settings.load(config).providers if config else None
    findings = lint_policy(
        policy,
        None if providers is None else [provider.id for provider in providers],
        None if providers is None else [provider.region for provider in providers],
    )
    for finding in findings:
        click.echo(msgspec.json.encode(finding).decode() if as_json else _told(finding, file))
    errors = sum(finding.severity == "error" for finding in findings)
    if not as_json:
        click.echo(f"{policy.id}: {errors} errors, {len(findings) - errors} warnings.")
    if errors:
        sys.exit(1)


@privacy.command()
@click.option("--tenant", required=True, help="Whose data.")
@click.option("--person", help="Only what names this person.")
@click.option("--documents", is_flag=True, help="With --person: erase the documents that name them, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--key", envvar="VESTIBULE_KEY", help="Admin key of the running server, which then forgets in memory too."
)
@click.option("--json", "as_json", is_flag=True)
def erase(tenant: str, person: str | None, documents: bool, yes: bool, key: str | None, as_json: bool) -> None:
    """Forget a tenant, or what names a person. Says what was erased and what is not kept at all."""
    settings = Settings.load()
    subject = Subject(tenant, person, documents)
    if key:
        _erase_by_server(Client(settings, key), subject, yes, as_json)
    else:
        run(_erase_here(settings, subject, yes, as_json))


def outside(settings: Settings) -> list[Outside]:
    """The providers that are not home."""
    return [Outside(provider.id, provider.region) for provider in settings.outside]


def _erase_by_server(client: Client, subject: Subject, yes: bool, as_json: bool) -> None:
    body: dict[str, object] = dict(msgspec.structs.asdict(subject))
    path = "/admin/v1/privacy/erase"
    _ask(_report(client.post(path, body)), yes)
    _tell(_report(client.post(path, body | {"confirm": True})), as_json)


async def _erase_here(settings: Settings, subject: Subject, yes: bool, as_json: bool) -> None:
    database = await Database.open(settings)
    try:
        keys = TenantKeys(database, settings.home)
        audit = Audit(database, keys, settings.home)
        erasure = Erasure(durable_parts(database, settings.home, keys), audit, PolicyStore(settings.policy_path))
        _ask(await erasure.preview(subject), yes)
        await audit.start()
        try:
            report = await erasure.erase(subject, f"cli:{os.getuid()}")
        finally:
            await audit.close()
    finally:
        await database.close()
    _tell(report, as_json)
    click.echo(
        "A running server keeps cached answers for up to an hour and sessions for up to twelve; with --key it forgets"
        " them now.",
        err=True,
    )


def _ask(preview: ErasureReport, yes: bool) -> None:
    for part in preview.parts:
        click.echo(f"  {part.found:>8}  {part.name}", err=True)
    if not yes:
        click.confirm("Erase? This cannot be undone.", abort=True, err=True)


def _tell(report: ErasureReport, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
        return
    for part in report.parts:
        left = "" if part.erased == part.found else f"  ({part.found} found; --documents erases them)"
        click.echo(f"erased {part.erased:>8}  {part.name}{left}")
    click.echo("Not erased: " + "; ".join(report.stays) + ".")
    click.echo("Never kept: " + "; ".join(report.never_kept) + ".")


def _report(answer: dict[str, Any]) -> ErasureReport:
    return msgspec.convert(answer, ErasureReport)


def _explained(report: CheckReport, text: str, policy: Policy) -> str:
    lines = [f"{report.level}  (policy {report.policy})"]
    for span in report.spans:
        level = policy.level(span.type).label
        lines.append(f"  {text[span.start : span.end]!r}: {span.type}, {level}, {span.rule}  [{span.score:.2f}]")
    lines += [f"  {reason}" for reason in report.reasons if " found " not in reason]
    if report.leaves is None:
        lines.append("Nothing of it would leave.")
    else:
        lines.append(f"What would leave, if it may: {report.leaves}")
    for cloud in report.cloud:
        where = f"{cloud.provider} ({cloud.region})" if cloud.region else cloud.provider
        lines.append(f"  {where}: {'yes' if cloud.allowed else 'no'}, {cloud.reason}")
    if not report.cloud:
        lines.append("  No provider outside the house is configured.")
    return "\n".join(lines)


def _told(finding: Finding, file: Path) -> str:
    return f"{file}:{finding.line}: {finding.severity}: {finding.message} {finding.mend}".rstrip()


def _given(file: Path | None) -> Path | None:
    """A file that was named must be there; the one in VESTIBULE_HOME need not."""
    if file is not None:
        _content(file)
    return file


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PolicyError(f"{file} cannot be read ({error.strerror}).", next_step="Check its name.") from None
