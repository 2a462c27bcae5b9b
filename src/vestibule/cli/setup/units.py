"""What tells the system to keep Vestibule and Ollama running: units of systemd, agents of launchd. Writes nothing.

Sources: systemd.service(5) and systemd.exec(5) on quoting and specifiers; launchd.plist(5).
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

Manager = Literal["systemd", "launchd"]
LABEL = "local.vestibule"


class Service(msgspec.Struct, frozen=True):
    """A program that is to run always. `after` is one that should be there before."""

    name: str
    title: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    log: Path
    after: str | None = None


def file_of(service: Service, manager: Manager, folder: Path) -> tuple[Path, bytes]:
    """Where its description belongs under `folder`, and the description."""
    if manager == "systemd":
        return folder / f"{service.name}.service", unit(service).encode()
    return folder / f"{LABEL}.{service.name}.plist", agent(service)


def unit(service: Service) -> str:
    after = f"After=network.target {service.after}.service\nWants={service.after}.service" if service.after else ""
    environ = "\n".join(f"Environment={_quoted(f'{name}={value}')}" for name, value in service.environ.items())
    return f"""# written by `vestibule models setup`
[Unit]
Description={service.title}
{after or "After=network.target"}
StartLimitIntervalSec=0

[Service]
ExecStart={" ".join(_quoted(word).replace("$", "$$") for word in service.command)}
{environ}
Restart=always
RestartSec=3
TimeoutStopSec=30

[Install]
WantedBy=default.target
"""


def agent(service: Service) -> bytes:
    return plistlib.dumps(
        {
            "Label": f"{LABEL}.{service.name}",
            "ProgramArguments": list(service.command),
            "EnvironmentVariables": dict(service.environ),
            "RunAtLoad": True,
            "KeepAlive": True,
            "ThrottleInterval": 5,
            "StandardOutPath": str(service.log),
            "StandardErrorPath": str(service.log),
        }
    )


def commands(services: Sequence[Service], manager: Manager, folder: Path) -> list[str]:
    """What starts them, now and at every start of the machine."""
    if manager == "systemd":
        names = " ".join(service.name for service in services)
        start = f"systemctl --user enable --now {names}"
        return ["systemctl --user daemon-reload", start, 'loginctl enable-linger "$USER"']
    return [f"launchctl bootstrap gui/$(id -u) {file_of(service, manager, folder)[0]}" for service in services]


def _quoted(text: str) -> str:
    """A word as systemd reads it: `%` begins a specifier, white space ends it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if re.search(r"[\s\"'\\]", text) else escaped
