"""`vestibule ask`: one question to the running server, the answer as it comes, then its sources."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from vestibule.cli.client import Client
from vestibule.core.settings import Settings


@click.command()
@click.argument("question")
@click.option("--model", default="auto", show_default=True, help="Which model to ask.")
@click.option("--key", envvar="VESTIBULE_KEY", help="API key; not needed for the demo.")
@click.option("--json", "as_json", is_flag=True, help="Print the chat completion.")
def ask(question: str, model: str, key: str | None, as_json: bool) -> None:
    """Ask the running server."""
    settings = Settings.load(environ=os.environ)
    client = Client(settings, key or settings.admin_key)
    body: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": question}]}
    if as_json:
        click.echo(json.dumps(client.post("/v1/chat/completions", body), indent=2, ensure_ascii=False))
        return
    report: dict[str, Any] = {}
    for event in client.stream("/v1/chat/completions", body):
        for choice in event["choices"]:
            click.echo(choice["delta"].get("content") or "", nl=False)
        report = event.get("vestibule") or report
    click.echo("\n")
    for citation in report.get("citations", []):
        click.echo(f"[{citation['index']}] {citation['title']} · {citation['locator']}")
    click.echo(_summary(report))


def _summary(report: dict[str, Any]) -> str:
    route, timings = report["route"], report["timings_ms"]
    cached = " · from the cache" if report["cache"]["status"] == "hit" else ""
    return (
        f"\n{route['model']} ({route['location']}) · {report['privacy']['class']} · "
        f"{timings['total']:.0f} ms{cached} · {report['id']}"
    )
