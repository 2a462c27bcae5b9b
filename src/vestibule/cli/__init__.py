"""The commands. Exit 0 done, 1 failed, 2 wrong usage; `--json` wherever data are printed."""

from vestibule.cli.commands import main

__all__ = ["main"]
