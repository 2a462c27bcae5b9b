"""The key that lets an operator in at first: said once, on the terminal, never written to a log."""

from __future__ import annotations

from rich.console import Console

from vestibule.app import House


async def announce_first_key(house: House, console: Console) -> None:
    issued = await house.keys.first_admin_key(house.settings.admin_key)
    if issued:
        console.print(f"First start. The admin key, shown only now:\n\n  {issued.token}\n", soft_wrap=True)
