"""The kinds of providers that `vestibule.yaml` may name: what makes each, and how it takes its key.

A new one is a folder beside this file, a line here, and its name in `core/settings.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from vestibule.core.settings import ProviderKind
from vestibule.providers.base import Provider, Transport
from vestibule.providers.cloud.api_keys import BEARER, KeyStyle
from vestibule.providers.deepseek import DeepSeekProvider
from vestibule.providers.gemini import KEY_STYLE, GeminiProvider
from vestibule.providers.openai import OpenAIProvider


class Factory(Protocol):
    def __call__(self, provider_id: str, url: str, transport: Transport, *, cloud: bool) -> Provider: ...


class Kind(msgspec.Struct, frozen=True):
    make: Factory
    key_style: KeyStyle = BEARER


KINDS: Mapping[ProviderKind, Kind] = {
    "openai": Kind(OpenAIProvider),
    "deepseek": Kind(DeepSeekProvider),
    "gemini": Kind(GeminiProvider, KEY_STYLE),
}
