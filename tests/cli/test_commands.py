"""The command line as a whole: what it lists is what its commands say of themselves, and listing loads none of them."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from vestibule.cli.commands import COMMANDS, commands


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.name == name
    assert " ".join((command.help or "").split()).startswith(COMMANDS[name][1])


def test_help_lists_every_command() -> None:
    told = " ".join(CliRunner().invoke(commands, ["--help"]).output.split())
    assert all(f" {name} {does}" in told for name, (_, does) in COMMANDS.items())


def test_no_such_command_is_wrong_usage() -> None:
    done = CliRunner().invoke(commands, ["keyz"])
    assert done.exit_code == 2
    assert "No such command 'keyz'" in done.output


def test_listing_loads_no_command() -> None:
    code = (
        "import json, sys; from click.testing import CliRunner; from vestibule.cli.commands import commands\n"
        "assert CliRunner().invoke(commands, ['--help']).exit_code == 0; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"vestibule.app", "vestibule.cli.keys", "vestibule.cli.serving", "numpy", "psycopg", "uvloop"}
