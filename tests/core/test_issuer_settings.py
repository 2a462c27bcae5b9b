"""Identity providers in `vestibule.yaml`: only those whose keys can be believed, each said once and for somebody."""

from __future__ import annotations

from pathlib import Path

import pytest

from vestibule.core.settings import Settings, SettingsError


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "vestibule.yaml"
    path.write_text(text)
    return Settings.load(path, {})


def test_a_provider(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        "access: {offline_s: 0}\n"
        "oidc: [{issuer: 'https://login.example', audience: v, tenant: harbour, roles: {it: admin}}]",
    )
    assert settings.access.offline_s == 0
    assert settings.oidc[0].roles == {"it": "admin"}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example",
        "http://127.0.0.1:8081",
        "http://localhost:8081/realms/a",
        "http://login.house",
    ],
)
def test_what_is_believed(tmp_path: Path, issuer: str) -> None:
    text = f"home_hosts: [login.house]\noidc: [{{issuer: '{issuer}', audience: v, tenant: t}}]"
    assert load(tmp_path, text).oidc[0].issuer == issuer


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("{issuer: 'http://login.example', audience: v, tenant: t}", "not https"),
        ("{issuer: 'https://a', audience: v, tenant: t, jwks_url: 'http://keys.example'}", "not https"),
        ("{issuer: 'login', audience: v, tenant: t}", "not https"),
        ("{issuer: 'unix:/run/login', audience: v, tenant: t}", "not https"),
        ("{issuer: 'https://a', audience: v}", "whose tokens"),
        ("{issuer: 'https://a', audience: v, tenant: t, tenant_claim: c}", "whose tokens"),
        ("{issuer: 'https://a', audience: v, tenant: t, roles: {it: emperor}}", "emperor"),
        ("{issuer: 'https://a', tenant: t}", "audience"),
        ("{issuer: 'https://a', audience: v, tenant: t}, {issuer: 'https://a', audience: w, tenant: t}", "twice"),
    ],
)
def test_what_is_not(tmp_path: Path, provider: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(tmp_path, f"oidc: [{provider}]")
