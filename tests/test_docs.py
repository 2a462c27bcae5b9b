"""The documentation is true: every setting and command is in it, every link leads somewhere."""

import re
from pathlib import Path

import click
import msgspec
import pytest

from vestibule.cli.commands import COMMANDS, commands
from vestibule.core.settings import Limits, LocalSettings, ResilienceSettings, Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_setting_is_documented() -> None:
    table = (ROOT / "docs" / "settings.md").read_text("utf-8")
    names = [f.name for f in msgspec.structs.fields(Settings) if f.name not in ("limits", "local", "resilience")]
    names += [f"limits.{f.name}" for f in msgspec.structs.fields(Limits)]
    names += [f"local.{f.name}" for f in msgspec.structs.fields(LocalSettings)]
    names += [f"resilience.{f.name}" for f in msgspec.structs.fields(ResilienceSettings)]
    assert [name for name in names if f"`{name}`" not in table] == []


def test_every_variable_that_is_documented_is_read() -> None:
    table = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for variable in re.findall(r"VESTIBULE_(\w+)", table):
        assert variable.lower() in Settings.__struct_fields__


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"`vestibule {name}" not in readme] == []


def test_every_command_says_what_it_does() -> None:
    for name in COMMANDS:
        command = commands.get_command(click.Context(commands), name)
        assert command is not None
        assert command.help
        if isinstance(command, click.Group):
            assert all(sub.help for sub in command.commands.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    described = set(re.findall(r"^([a-z][a-z-]*):.*##", makefile, re.MULTILINE))
    assert set(phony[1].split()) == described
