"""Settings: file, then environment; what is wrong is named with its line and its mend."""

from pathlib import Path

import pytest

from vestibule.core.generation import Patience
from vestibule.core.settings import Settings, SettingsError


def write(folder: Path, text: str) -> Path:
    path = folder / "vestibule.yaml"
    path.write_text(text, "utf-8")
    return path


def test_defaults_need_nothing() -> None:
    settings = Settings.load(environ={})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.home == Path.home() / ".vestibule"


def test_the_environment_lies_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "port: 9000\nhost: 0.0.0.0\nlimits: {requests_per_minute: 5}\n")
    settings = Settings.load(path, {"VESTIBULE_PORT": "9001", "VESTIBULE_HOME": str(tmp_path)})
    assert (settings.port, settings.host, settings.home) == (9001, "0.0.0.0", tmp_path)
    assert settings.limits.requests_per_minute == 5


def test_models_and_their_providers(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "providers: [{id: o, kind: openai, url: 'https://api.example.com/v1'}]\n"
        "models: [{id: gpt-4o, provider: o, name: gpt-4o}]\n",
    )
    assert Settings.load(path, {}).models[0].provider == "o"


def test_what_a_provider_outside_needs(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "policy: /etc/vestibule/policy.yaml\n"
        "providers: [{id: o, kind: openai, url: 'http://127.0.0.1:9/v1', keys: ['env:OPENAI_KEY', 'file:~/key'],"
        " cloud: true, ca_file: /etc/ca.pem, region: eu}]\n",
    )
    settings = Settings.load(path, {})
    provider = settings.providers[0]
    assert (provider.keys, provider.cloud) == (("env:OPENAI_KEY", "file:~/key"), True)
    assert (provider.ca_file, provider.region) == (Path("/etc/ca.pem"), "eu")
    assert settings.policy_path == Path("/etc/vestibule/policy.yaml")
    assert Settings.load(None, {"VESTIBULE_HOME": "/home/v"}).policy_path == Path("/home/v/policy.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("providers: [{id: o, kind: openai, url: 'http://a', keys: [sk-123]}]\n", "does not say where the key is"),
        ("providers: [{id: o, kind: openai, url: 'http://a', keys: ['env: ']}]\n", "env:NAME, file:PATH or cmd:"),
        ("port: [1", r"vestibule.yaml:\d+: "),
        ("- a\n- b\n", "a mapping of settings is expected"),
        ("prot: 9000\n", "prot.*Known settings: home, host, port"),
        ("port: many\n", "Expected `int`"),
        ("port: 70000\n", "not a TCP port"),
        ("home: 3\n", "home"),
        ("limits: {requests_per_minute: x}\n", "limits.requests_per_minute"),
        ("providers: [{id: o, kind: openai, url: nonsense}]\n", "provider `o`.*not an http"),
        ("providers: [{id: o, kind: telepathy, url: 'http://a'}]\n", "telepathy"),
        ("models: [{id: m, provider: o, name: m}]\n", "names the provider `o`"),
        ("providers: [{id: o, kind: openai, url: 'http://a', connect_s: 0}]\n", "connect_s"),
        ("providers: [{id: o, kind: openai, url: 'http://a', patience: {total_s: -1}}]\n", "patience.total_s"),
        ("local: {patience: {m: {first_token: 1}}}\n", "first_token"),
        ("resilience: {home: {first_token_s: .inf, between_tokens_s: 1, total_s: 1}}\n", "first_token_s"),
        (
            "providers: [{id: o, kind: openai, url: 'http://127.0.0.1:9', replicas: [nonsense]}]\n",
            "provider `o`.*not an http",
        ),
        (
            "providers: [{id: o, kind: openai, url: 'http://127.0.0.1:9', replicas: ['http://a:9']}]\n",
            "has replicas, and http://a:9 is not home.*home_hosts",
        ),
        (
            "providers: [{id: o, kind: openai, url: 'http://127.0.0.1:9', cloud: true, replicas: ['http://[::1]:9']}]\n",
            "http://127.0.0.1:9 is not home",
        ),
        (
            "providers: [{id: o, kind: openai, url: 'http://a'}, {id: o, kind: gemini, url: 'http://b'}]\n",
            "two of the prov",
        ),
        (
            "providers: [{id: o, kind: openai, url: 'http://a'}]\n"
            "models: [{id: m, provider: o, name: a}, {id: m, provider: o, name: b}]\n",
            "two of the model `m`.*replicas",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.load(write(tmp_path, text), {})


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"does not exist. Check --config"):
        Settings.load(tmp_path / "none.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"host: \xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(tmp_path / "latin.yaml", {})


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert Settings.load(write(tmp_path, ""), {}) == Settings.load(None, {})


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(SettingsError, match=r"environment.*VESTIBULE_"):
        Settings.load(environ={"VESTIBULE_PORT": "many"})


def test_how_models_run_at_home(tmp_path: Path) -> None:
    local = Settings.load(environ={}).local
    assert (local.memory_gib, local.memory_bytes, local.slots, local.cache_type) == (12, 12 * 2**30, 2, "f16")
    path = write(tmp_path, "local: {memory_gib: 6.5, slots: 4, context: 8192, cache_type: q8_0, threads: 8}\n")
    local = Settings.load(path, {}).local
    assert (local.memory_bytes, local.slots, local.context) == (round(6.5 * 2**30), 4, 8192)
    for wrong in ("memory_gib: 0", "memory_gib: .inf", "memory_gib: .nan", "slots: 0", "context: 1", "cache_type: q5"):
        with pytest.raises(SettingsError, match=wrong.split(":")[0]):
            Settings.load(write(tmp_path, f"local: {{{wrong}}}\n"), {})


def test_patience_is_that_of_the_model_of_its_provider_or_of_where_it_is(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "resilience: {home: {first_token_s: 9, between_tokens_s: 8, total_s: 70}}\n"
        "local: {patience: {'qwen2.5:7b': {first_token_s: 300}}}\n"
        "providers:\n"
        "  - {id: near, kind: openai, url: 'http://127.0.0.1:9', connect_s: 2, patience: {first_token_s: 30}}\n"
        "  - {id: far, kind: openai, url: 'https://api.example.com/v1'}\n"
        "models:\n"
        "  - {id: a, provider: near, name: a}\n"
        "  - {id: b, provider: near, name: b, patience: {first_token_s: 200, total_s: 10}}\n"
        "  - {id: c, provider: far, name: c, patience: {between_tokens_s: 90}}\n",
    )
    settings = Settings.load(path, {})
    near, far = settings.providers
    a, b, c = settings.models
    assert near.connect_s == 2
    assert settings.patience(near, a) == settings.patience(near) == Patience(30, 8, 70)
    assert settings.patience(near, b) == Patience(200, 8, 10)
    assert settings.patience(far, c) == Patience(20, 90, 300)
    assert settings.longest_patience(near) == Patience(200, 8, 70)
    assert settings.longest_patience(far) == Patience(20, 90, 300)
    assert settings.longest_local_patience() == Patience(300, 8, 70)


def test_the_languages_of_a_model_are_codes(tmp_path: Path) -> None:
    provider = "providers: [{id: p, kind: openai, url: 'http://127.0.0.1:9/v1'}]\n"

    def load(languages: str) -> Settings:
        model = f"models: [{{id: m, provider: p, name: n, languages: {languages}}}]\n"
        return Settings.load(write(tmp_path, provider + model), {})

    assert load("[en, vi]").models[0].languages == frozenset({"en", "vi"})
    for wrong, said in (("[en, vn]", "`m`: `vn` is not the code"), ("[English]", "`English`"), ("[]", "languages")):
        with pytest.raises(SettingsError, match=said):
            load(wrong)
