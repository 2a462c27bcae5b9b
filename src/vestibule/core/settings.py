"""One typed settings object, read once at start and never changed after: `vestibule.yaml`, then `VESTIBULE_…` over it.

Only what must be fixed before anything starts lives here: folders, addresses, secrets' places. What an operator tunes
at run time is a configuration version and not in this file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError


class SettingsError(VestibuleError):
    """A setting is wrong: names the file and line or the variable, and the mend."""

    code = "invalid_request"


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    requests_per_minute: int = 600
    body_mib: int = 8
    file_mib: int = 64


CacheType = Literal["f16", "q8_0", "q4_0"]


class LocalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How models are run at home. All of them together stay under `memory_gib`. Each gets `slots` conversations at
    once, of `context` tokens, with a KV cache of `cache_type`; `threads` None means as many as suit the machine."""

    memory_gib: Annotated[float, msgspec.Meta(gt=0, le=65_536)] = 12.0
    slots: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    context: Annotated[int, msgspec.Meta(ge=256)] = 4096
    cache_type: CacheType = "f16"
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None

    @property
    def memory_bytes(self) -> int:
        return round(self.memory_gib * 1_073_741_824)


ProviderKind = Literal["openai", "deepseek", "gemini"]


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that answers; `kind` is the protocol it speaks. Commands, files and addresses are named here alone.

    `keys` say where its API keys are (`env:NAME`, `file:PATH`, `cmd:…`), never what they are. `cloud` declares it to be
    outside though its address is at home, as a forwarder's is. `ca_file` is trusted instead of the system's
    authorities. `region` is what the policy's cloud rules may ask for.
    """

    id: str
    kind: ProviderKind
    url: str
    keys: tuple[str, ...] = ()
    cloud: bool = False
    ca_file: Path | None = None
    region: str = ""

    @property
    def destination(self) -> Destination:
        return Destination.parse(self.url, cloud=self.cloud)


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is what callers name, `name` what the provider calls the model."""

    id: str
    provider: str
    name: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything fixed for the life of a process.

    `database_url` None means the embedded PostgreSQL under `home`. `postgres_user` is the unprivileged account that
    runs the embedded server when Vestibule itself runs as root. `admin_key` presets the first admin key. `policy` is
    the privacy policy, by default `policy.yaml` under `home` where that is there.
    """

    home: Path = Path("~/.vestibule")
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str | None = None
    postgres_user: str = "nobody"
    admin_key: str | None = None
    home_hosts: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    limits: Limits = Limits()
    local: LocalSettings = LocalSettings()
    providers: tuple[ProviderSettings, ...] = ()
    models: tuple[ModelSettings, ...] = ()
    policy: Path | None = None

    @property
    def outside(self) -> tuple[ProviderSettings, ...]:
        """The providers that are not home."""
        return tuple(p for p in self.providers if not p.destination.is_home(self.home_hosts))

    @property
    def policy_path(self) -> Path:
        return self.policy or self.home / "policy.yaml"

    @classmethod
    def load(cls, path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read `path`, if given, and lay the environment over it. Raise `SettingsError` with line and mend."""
        values = _read_file(path) if path else {}
        for name in ("home", "host", "port", "database_url", "postgres_user", "admin_key"):
            raw = environ.get(f"VESTIBULE_{name.upper()}")
            if raw:
                values[name] = raw
        try:
            settings = msgspec.convert(values, cls, strict=False, dec_hook=_read_path)
        except msgspec.ValidationError as error:
            source = str(path) if path else "the environment"
            raise SettingsError(f"{source}: {error}.", next_step=_mend(path)) from None
        if not 0 <= settings.port <= 65535:
            raise SettingsError(f"port {settings.port} is not a TCP port.", next_step="Use 0 to 65535.")
        _check_models(settings, path)
        return msgspec.structs.replace(settings, home=settings.home.expanduser().absolute())


def _read_file(path: Path) -> dict[str, object]:
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist.", next_step="Check --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {error}.", next_step="Check its permissions and encoding."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "is not YAML"
        raise SettingsError(f"{where}: {problem}.", next_step="Mend that line and start again.") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path}:1: a mapping of settings is expected.", next_step=_mend(path))
    return {str(key): value for key, value in loaded.items()}


def _check_models(settings: Settings, path: Path | None) -> None:
    for provider in settings.providers:
        try:
            Destination.parse(provider.url)
        except ValueError as error:
            raise SettingsError(f"{path}: provider `{provider.id}`: {error}.", next_step="Mend its url.") from None
        for key in provider.keys:
            if not key.startswith(("env:", "file:", "cmd:")) or not key.partition(":")[2].strip():
                raise SettingsError(
                    f"{path}: provider `{provider.id}`: an entry of `keys` does not say where the key is.",
                    next_step="Write env:NAME, file:PATH or cmd:COMMAND, never the key itself.",
                )
    known = {provider.id for provider in settings.providers}
    for model in settings.models:
        if model.provider not in known:
            raise SettingsError(
                f"{path}: model `{model.id}` names the provider `{model.provider}`, which is not under `providers`.",
                next_step=f"Known: {', '.join(sorted(known)) or 'none'}.",
            )


def _read_path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"Expected text, got {type(value).__name__}")


def _mend(path: Path | None) -> str:
    known = ", ".join(Settings.__struct_fields__)
    return f"Known settings: {known}." if path else "Check the VESTIBULE_… variables."
