"""One typed settings object, read once at start and never changed after: `vestibule.yaml`, then `VESTIBULE_…` over it.

Only what must be fixed before anything starts lives here: folders, addresses, secrets' places. What an operator tunes
at run time is a configuration version and not in this file.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from vestibule.core.caller import Role
from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError
from vestibule.core.generation import Patience, PatienceSettings, Seconds
from vestibule.core.languages import LANGUAGES


class SettingsError(VestibuleError):
    """A setting is wrong: names the file and line or the variable, and the mend."""

    code = "invalid_request"


Positive = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Money = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class Allowance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one key, tenant or model may use; None is as much as it likes. `concurrency` are requests under way at once,
    days and months those of UTC, money what models outside cost by their `prices`."""

    requests_per_minute: Positive | None = None
    tokens_per_minute: Positive | None = None
    concurrency: Positive | None = None
    tokens_per_day: Positive | None = None
    eur_per_month: Money | None = None

    def over(self, other: Allowance) -> Allowance:
        """This one, and of the other what this one does not say."""
        said = msgspec.structs.asdict(self)
        return Allowance(**{k: v if v is not None else getattr(other, k) for k, v in said.items()})

    def least(self, other: Allowance) -> Allowance:
        """Of each limit the stricter one."""
        both = zip(msgspec.structs.asdict(self).items(), msgspec.structs.astuple(other), strict=True)
        return Allowance(**{k: min((v for v in (mine, its) if v is not None), default=None) for (k, mine), its in both})


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`each_key`, `each_tenant` and `each_model` hold for all of them, `keys`, `tenants` and `models` for the one of
    that name in their place; of all that hold for a request the strictest wins. `requests_per_minute` is that of a key
    where nothing else says it. `answer_tokens` is how long an answer may become where the caller does not say and a
    limit of tokens or money holds. `redis_url` (`redis://…`, `unix://…`) shares the rates among machines."""

    requests_per_minute: Positive = 600
    body_mib: int = 8
    file_mib: int = 64
    answer_tokens: Positive = 4096
    each_key: Allowance = Allowance()
    each_tenant: Allowance = Allowance()
    each_model: Allowance = Allowance()
    keys: dict[str, Allowance] = {}
    tenants: dict[str, Allowance] = {}
    models: dict[str, Allowance] = {}
    redis_url: str | None = None


CacheType = Literal["f16", "q8_0", "q4_0"]


class LocalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How models are run at home. All of them together stay under `memory_gib`. Each gets `slots` conversations at
    once, of `context` tokens, with a KV cache of `cache_type`; `threads` None means as many as suit the machine. While
    all slots of a model are taken, up to `queue` requests wait for it.

    Of an Ollama: `start_ollama` if none answers, which then holds `loaded_models` at once; a model stays loaded for
    `keep_alive` after it was asked ("30m", "-1s" for ever). `presets`: models of the catalogue are sampled as it says,
    where the caller does not say. `patience` is that with a model of this name, where it is not `resilience.home`."""

    memory_gib: Annotated[float, msgspec.Meta(gt=0, le=65_536)] = 12.0
    slots: Annotated[int, msgspec.Meta(ge=1, le=256)] = 2
    queue: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 64
    context: Annotated[int, msgspec.Meta(ge=256)] = 4096
    cache_type: CacheType = "f16"
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None
    start_ollama: bool = False
    loaded_models: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2
    keep_alive: Annotated[str, msgspec.Meta(pattern=r"^-?\d+(ms|s|m|h)$")] = "30m"
    presets: bool = True
    patience: dict[str, PatienceSettings] = {}

    @property
    def memory_bytes(self) -> int:
        return round(self.memory_gib * 1_073_741_824)


ProviderKind = Literal["openai", "deepseek", "gemini"]


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that answers; `kind` is the protocol it speaks. Commands, files and addresses are named here alone.

    `keys` say where its API keys are (`env:NAME`, `file:PATH`, `cmd:…`), never what they are. `cloud` declares it to be
    outside though its address is at home, as a forwarder's is. `ca_file` is trusted instead of the system's
    authorities. `region` is what the policy's cloud rules may ask for. `continues` declares that it takes an
    assistant's turn at the end of a conversation for the beginning of its answer, so that it can go on with an answer
    another one broke off. `connect_s` is how long a connection may take; `patience` that with each of its models, where
    it is not that of `resilience`. `replicas` are the addresses of further servers at home that answer for the same
    models.
    """

    id: str
    kind: ProviderKind
    url: str
    keys: tuple[str, ...] = ()
    cloud: bool = False
    ca_file: Path | None = None
    region: str = ""
    continues: bool = False
    connect_s: Seconds | None = None
    patience: PatienceSettings = PatienceSettings()
    replicas: tuple[str, ...] = ()

    @property
    def destination(self) -> Destination:
        return Destination.parse(self.url, cloud=self.cloud)


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens cost, in EUR; `cached` those of a prompt that the provider had read before."""

    input: Money
    output: Money
    cached: Money | None = None


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is what callers name, `name` what the provider calls the model. `images` False says that it takes none.
    `context` is how many tokens it reads and writes at most: what is longer `auto` does not ask it. `prices` count for
    a model that is not home. `patience` goes before that of its provider. `languages` are all that it speaks (ISO
    639-1), where its name does not tell: who asks in another one `auto` does not send to it."""

    id: str
    provider: str
    name: str
    images: bool = True
    prices: Prices | None = None
    patience: PatienceSettings = PatienceSettings()
    context: Annotated[int, msgspec.Meta(ge=256)] | None = None
    languages: Annotated[frozenset[str], msgspec.Meta(min_length=1)] | None = None


class BreakerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model rests after `failures` in a row, or where half of its last `window` requests failed: `rest_s` at first,
    twice as long each time a probe fails, `longest_rest_s` at most; `asked_rest_s` at first where it only says that it
    gets too many requests."""

    failures: Annotated[int, msgspec.Meta(ge=1)] = 5
    window: Annotated[int, msgspec.Meta(ge=2, le=10_000)] = 20
    rest_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    longest_rest_s: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    asked_rest_s: Annotated[float, msgspec.Meta(gt=0)] = 1.0


class ResilienceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long models are waited for, how often one is asked again (`retries`), and when it is left alone. Who asks for
    a rest of up to `longest_wait_s` is waited for; else the next model is asked. A model at home may have to be loaded
    before its first word."""

    home: Patience = Patience(first_token_s=120.0, between_tokens_s=60.0, total_s=900.0)
    cloud: Patience = Patience(first_token_s=20.0, between_tokens_s=30.0, total_s=300.0)
    retries: Annotated[int, msgspec.Meta(ge=0, le=5)] = 2
    longest_wait_s: Annotated[float, msgspec.Meta(ge=0)] = 5.0
    breaker: BreakerSettings = BreakerSettings()


class IssuerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An OIDC identity provider whose tokens for `audience` are accepted. Its public keys are fetched from `jwks_url`,
    else from where its discovery document says.

    Whose tenant a token is for is fixed (`tenant`) or said by `tenant_claim`. `roles` maps values of `role_claim` to
    ours; a dot in a claim's name leads into an object ("realm_access.roles"). Web pages of `origins` may bring tokens.
    """

    issuer: str
    audience: str
    jwks_url: str | None = None
    tenant: str | None = None
    tenant_claim: str | None = None
    role_claim: str = "roles"
    roles: dict[str, Role] = {}
    origins: tuple[str, ...] = ()
    ca_file: Path | None = None


class AccessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """While the database is away, keys that were seen in the last `offline_s` seconds keep working; 0 for none. An
    address may try `failures_per_minute` unknown keys."""

    offline_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 600.0
    failures_per_minute: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 20


class ServerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`workers` are processes that answer side by side. When one ends, what it is answering may take `drain_s` more."""

    workers: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    drain_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 20.0


class ImageSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether images that requests name by address are fetched, and from which `hosts`: `name`, `name:port`,
    `*.domain`. Over https, where `http` does not allow what anybody on the way can read and change."""

    fetch: bool = False
    hosts: tuple[str, ...] = ()
    http: bool = False


Environment = Literal["development", "staging", "production"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything fixed for the life of a process.

    `database_url` None means the embedded PostgreSQL under `home`. `postgres_user` is the unprivileged account that
    runs the embedded server when Vestibule itself runs as root. `admin_key` presets the first admin key. `policy` is
    the privacy policy, by default `policy.yaml` under `home` where that is there. `environment` picks what a version of
    the configuration says otherwise there.
    """

    home: Path = Path("~/.vestibule")
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str | None = None
    postgres_user: str = "nobody"
    admin_key: str | None = None
    home_hosts: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    server: ServerSettings = ServerSettings()
    access: AccessSettings = AccessSettings()
    oidc: tuple[IssuerSettings, ...] = ()
    limits: Limits = Limits()
    local: LocalSettings = LocalSettings()
    resilience: ResilienceSettings = ResilienceSettings()
    providers: tuple[ProviderSettings, ...] = ()
    models: tuple[ModelSettings, ...] = ()
    images: ImageSettings = ImageSettings()
    policy: Path | None = None
    environment: Environment = "production"

    @property
    def outside(self) -> tuple[ProviderSettings, ...]:
        """The providers that are not home."""
        return tuple(p for p in self.providers if not p.destination.is_home(self.home_hosts))

    def patience(self, provider: ProviderSettings, model: ModelSettings | None = None) -> Patience:
        """How long a model of `provider` is waited for."""
        kind = self.resilience.cloud if provider in self.outside else self.resilience.home
        of_all = provider.patience.over(kind)
        return model.patience.over(of_all) if model else of_all

    def longest_patience(self, provider: ProviderSettings) -> Patience:
        """How long any of its models is waited for: a connection must bear as much."""
        longest = self.patience(provider)
        for model in self.models:
            if model.provider == provider.id:
                longest = longest.longest(self.patience(provider, model))
        return longest

    def longest_local_patience(self) -> Patience:
        """The same for the models of `local`."""
        longest = self.resilience.home
        for said in self.local.patience.values():
            longest = longest.longest(said.over(self.resilience.home))
        return longest

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
        _check_issuers(settings, path)
        if settings.images.fetch and not settings.images.hosts:
            raise SettingsError(
                f"{path}: `images.fetch` is on, and `images.hosts` names nobody to fetch from.",
                next_step="Name the hosts: an address is somebody's choice, and leads anywhere.",
            )
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
        _check_replicas(settings, provider, path)
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
        if strange := sorted((model.languages or set()) - LANGUAGES.keys()):
            raise SettingsError(
                f"{path}: model `{model.id}`: `{strange[0][:20]}` is not the code of a language.",
                next_step="Write the two letters of ISO 639-1: en for English, vi for Vietnamese, ja for Japanese.",
            )
    for names, what in ((settings.providers, "provider"), (settings.models, "model")):
        ids = [named.id for named in names]
        if twice := next((one for one in ids if ids.count(one) > 1), None):
            raise SettingsError(
                f"{path}: there are two of the {what} `{twice}`.",
                next_step="Give one another id; servers at home that answer for the same models are `replicas` of one "
                "provider.",
            )


def _check_replicas(settings: Settings, provider: ProviderSettings, path: Path | None) -> None:
    """What is cleared for one destination leaves for no other, so all of them are home."""
    for url in (provider.url, *provider.replicas) if provider.replicas else ():
        try:
            home = Destination.parse(url, cloud=provider.cloud).is_home(settings.home_hosts)
        except ValueError as error:
            raise SettingsError(f"{path}: provider `{provider.id}`: {error}.", next_step="Mend `replicas`.") from None
        if not home:
            raise SettingsError(
                f"{path}: provider `{provider.id}` has replicas, and {url} is not home.",
                next_step="Name its host under home_hosts if it is; a server outside is a provider of its own.",
            )


def _check_issuers(settings: Settings, path: Path | None) -> None:
    for issuer in settings.oidc:
        for url in filter(None, (issuer.issuer, issuer.jwks_url)):
            if not is_trusted_source(url, settings.home_hosts):
                raise SettingsError(
                    f"{path}: oidc `{issuer.issuer}`: {url} is not https, and not at home.",
                    next_step="Keys that anybody on the way could change prove nothing: use https.",
                )
        if (issuer.tenant is None) == (issuer.tenant_claim is None):
            raise SettingsError(
                f"{path}: oidc `{issuer.issuer}` must say whose tokens these are.",
                next_step="Set one of the two, tenant or tenant_claim.",
            )
    if len({issuer.issuer for issuer in settings.oidc}) < len(settings.oidc):
        raise SettingsError(f"{path}: oidc names an issuer twice.", next_step="Name each once.")


def is_trusted_source(url: str, home_hosts: Collection[str]) -> bool:
    """Whether what `url` gives can be believed: over https, or without it at home."""
    try:
        destination = Destination.parse(url)
    except ValueError:
        return False
    return destination.scheme == "https" or (destination.scheme == "http" and destination.is_home(home_hosts))


def _read_path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"Expected text, got {type(value).__name__}")


def _mend(path: Path | None) -> str:
    known = ", ".join(Settings.__struct_fields__)
    return f"Known settings: {known}." if path else "Check the VESTIBULE_… variables."
