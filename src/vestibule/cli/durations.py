"""Lengths of time as people write them on a command line."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(said: str) -> timedelta:
    """Read `90d`, `24h`, `30m`, `10s`, or `0`. Raise `click.BadParameter` for anything else."""
    read = re.fullmatch(r"(\d{1,5})([smhd])|0", str(said), re.ASCII)
    if not read:
        raise click.BadParameter(f"{said!r} is no length of time; write 90d, 24h, 30m or 10s.")
    return timedelta(**{_UNITS[read[2]]: int(read[1])}) if read[2] else timedelta()
