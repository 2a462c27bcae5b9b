"""`vestibule models`: which models this Vestibule would use."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vestibule.core.clearance import Destination
from vestibule.core.settings import Settings


@click.group()
def models() -> None:
    """The models that are there."""


@models.command("list")
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="A vestibule.yaml.")
@click.option("--json", "as_json", is_flag=True)
def list_models(config: Path | None, as_json: bool) -> None:
    """List every model, who serves it and where that is."""
    settings = Settings.load(config)
    providers = {p.id: p for p in settings.providers}
    rows = [
        {"id": "extractive", "provider": "extractive", "location": "home", "note": "no language model; always there"}
    ]
    for model in settings.models:
        destination = Destination.parse(providers[model.provider].url)
        home = destination.is_home(settings.home_hosts)
        note = "" if home else "refused: the cloud door of this version is closed"
        rows.append({"id": model.id, "provider": model.provider, "location": "home" if home else "cloud", "note": note})
    for row in rows:
        click.echo(
            json.dumps(row) if as_json else f"{row['id']:<20} {row['provider']:<14} {row['location']:<6} {row['note']}"
        )
