"""The kinds of providers that `vestibule.yaml` may name: what makes each, and how it takes its key.

A new one is a folder beside this file, a line here, and its name in `core/settings.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from vestibule.core.generation import Patience
from vestibule.core.settings import ProviderKind, ProviderSettings
from vestibule.providers.base import Provider, Transport
from vestibule.providers.cloud.api_keys import BEARER, ApiKeys, KeyStyle
from vestibule.providers.deepseek import DeepSeekProvider
from vestibule.providers.gemini import KEY_STYLE, GeminiProvider
from vestibule.providers.home.transport import CONNECT_S, HomeTransport
from vestibule.providers.openai import OpenAIProvider

KEPT_CONNECTIONS = 64


class Factory(Protocol):
    def __call__(
        self, provider_id: str, url: str, transport: Transport, *, cloud: bool, continues: bool = False
    ) -> Provider: ...


class Kind(msgspec.Struct, frozen=True):
    """`images`: it takes them; `strict`: it promises to keep to a schema that is asked for strictly; `logprobs`: it may
    tell how probable its tokens were."""

    make: Factory
    key_style: KeyStyle = BEARER
    images: bool = True
    strict: bool = False
    logprobs: bool = False


KINDS: Mapping[ProviderKind, Kind] = {
    "openai": Kind(OpenAIProvider, strict=True, logprobs=True),
    "deepseek": Kind(DeepSeekProvider, images=False),
    "gemini": Kind(GeminiProvider, KEY_STYLE),
}


def way_home(entry: ProviderSettings, home_hosts: Collection[str], patience: Patience | None = None) -> HomeTransport:
    """The way to a server at home, which keeps connections: close it when done. It bears `patience` with any of its
    models."""
    return HomeTransport(
        home_hosts,
        keep=KEPT_CONNECTIONS,
        keys=ApiKeys(entry.keys, style=KINDS[entry.kind].key_style),
        ca_file=entry.ca_file,
        connect_s=entry.connect_s or CONNECT_S,
        patience=patience,
    )
