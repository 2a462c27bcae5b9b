"""The `vestibule` command: its subcommands, and what an error looks like on a terminal."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from vestibule import __version__
from vestibule.core.errors import VestibuleError

COMMANDS = {
    "demo": ("serving", "Generate a portfolio, its meter data and documents, and serve answers about them."),
    "serve": ("serving", "Serve. Every request needs a key; the first start prints an admin key once."),
    "ask": ("ask", "Ask the running server."),
    "ingest": ("ingest", "Take files, or all files of folders, into the knowledge base."),
    "keys": ("keys", "API keys: hashed at rest, shown once."),
    "tenants": ("tenants", "Tenants: each sees only what is its own."),
    "users": ("tenants", "Users and their roles."),
    "limits": ("limits", "What keys, tenants and models may use beside what the settings say."),
    "usage": ("limits", "Show requests, tokens and cost by tenant, key and model."),
    "route": ("route", "Which model answers, and why."),
    "models": ("models", "The models that are there."),
    "config": ("config", "What is tuned at run time, in versions: shown, validated, applied, rolled back."),
    "experiment": ("experiments", "Arms against each other: how they stand, stopped, made the rule."),
    "privacy": ("privacy", "What is private in a text, what may leave by the policy, and what is to be forgotten."),
    "audit": ("audit", "The record of what was decided about every request: chained, signed, and never its text."),
    "eval": ("eval", "Judge answers to what is known, and tune how models are asked."),
    "doctor": ("doctor", "Check what Vestibule needs and say how to mend what is missing."),
}
"""Each with the module that holds it and what it does: a command is loaded when it is called, not to be listed."""


class Commands(click.Group):
    """The commands by name, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"vestibule.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, does) for name, (_, does) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vestibule")
def commands() -> None:
    """Vestibule: a self-hosted LLM backend for building and energy operations that answers at home first."""


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
