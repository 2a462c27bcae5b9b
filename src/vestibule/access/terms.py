"""What a key is made for, checked before it is made. Knows no database."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from datetime import UTC, datetime

import msgspec

from vestibule.core.caller import SCOPES, Scope
from vestibule.core.errors import InvalidRequest
from vestibule.core.sensitivity import PrivacyClass

LISTED = 100  # models, origins or networks of one key

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?")


class Terms(msgspec.Struct, frozen=True):
    """`models` are those the key may name, None for all; `origins` the web origins whose pages may use it; `networks`
    where it may be used from, in CIDR notation, none for anywhere; `user` whose key it is."""

    expires_at: datetime | None = None
    models: tuple[str, ...] | None = None
    clearance: PrivacyClass = PrivacyClass.RESTRICTED
    origins: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    user: str | None = None


UNLIMITED = Terms()


def checked_terms(terms: Terms) -> Terms:
    """Return them as they are stored. Raise `InvalidRequest` naming the one that is wrong."""
    for name, values in (("models", terms.models or ()), ("origins", terms.origins), ("networks", terms.networks)):
        if len(values) > LISTED:
            raise InvalidRequest(f"A key has at most {LISTED} {name}.", next_step="Make several keys.", param=name)
    if terms.models is not None and not (terms.models and all(_is_model(name) for name in terms.models)):
        raise InvalidRequest(
            "`models` are names of models, at least one.", next_step="Leave it out to allow all.", param="models"
        )
    if terms.expires_at is not None:
        check_future(terms.expires_at, "expires_at")
    origins = tuple(dict.fromkeys(_origin(origin) for origin in terms.origins))
    networks = tuple(dict.fromkeys(_network(network) for network in terms.networks))
    return msgspec.structs.replace(terms, origins=origins, networks=networks)


def check_future(moment: datetime, param: str) -> None:
    if moment.tzinfo is None or moment <= datetime.now(UTC):
        raise InvalidRequest(
            f"`{param}` is not a moment to come, with its time zone.",
            next_step="Write it as 2030-12-31T00:00:00Z.",
            param=param,
        )


def checked_tenant(tenant: str) -> str:
    """Raise `InvalidRequest` for what cannot be the id of a tenant."""
    if not _NAME.fullmatch(tenant):
        raise InvalidRequest(
            f"{tenant[:80]!r} cannot be the name of a tenant.",
            next_step="Use 1 to 63 lower-case letters, digits, - or _, beginning with a letter or digit.",
            param="tenant",
        )
    return tenant


def checked_scopes(scopes: Collection[str]) -> tuple[Scope, ...]:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        problem = f"Unknown scope {unknown[0][:40]!r}." if unknown else "A key needs at least one scope."
        raise InvalidRequest(problem, next_step=f"Scopes are: {', '.join(SCOPES)}.", param="scopes")
    return tuple(scope for scope in SCOPES if scope in scopes)


def checked_name(name: str, what: str) -> str:
    if len(name) > 100 or not name.isprintable():
        raise InvalidRequest(
            f"The name of a {what} is at most 100 printable characters.", next_step="Shorten it.", param="name"
        )
    return name


def _is_model(name: str) -> bool:
    return 0 < len(name) <= 200 and name.isprintable()


def _origin(origin: str) -> str:
    lowered = origin.lower().rstrip("/")
    if not _ORIGIN.fullmatch(lowered):
        raise InvalidRequest(
            f"{origin[:80]!r} is no web origin.", next_step="Write it as https://app.example.org.", param="origins"
        )
    default = ":443" if lowered.startswith("https:") else ":80"
    return lowered.removesuffix(default)


def _network(network: str) -> str:
    try:
        return str(ipaddress.ip_network(network))
    except ValueError:
        raise InvalidRequest(
            f"{network[:80]!r} is no network.", next_step="Write it as 10.20.0.0/16 or 2001:db8::/48.", param="networks"
        ) from None
