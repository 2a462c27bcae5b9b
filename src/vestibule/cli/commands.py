"""The `vestibule` command: its subcommands, and what an error looks like on a terminal."""

from __future__ import annotations

import sys

import click

from vestibule import __version__
from vestibule.cli.ask import ask
from vestibule.cli.audit import audit
from vestibule.cli.doctor import doctor
from vestibule.cli.ingest import ingest
from vestibule.cli.keys import keys
from vestibule.cli.limits import limits, usage
from vestibule.cli.models import models
from vestibule.cli.privacy import privacy
from vestibule.cli.serving import demo, serve
from vestibule.cli.tenants import tenants, users
from vestibule.core.errors import VestibuleError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vestibule")
def commands() -> None:
    """Vestibule: a self-hosted LLM backend for building and energy operations that answers at home first."""


for command in (demo, serve, ask, ingest, keys, tenants, users, limits, usage, models, privacy, audit, doctor):
    commands.add_command(command)


def main() -> None:
    """Run the command line; an error we know is one line on stderr and exit 1."""
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except VestibuleError as error:
        click.echo(f"vestibule: {error}", err=True)
        sys.exit(1)
