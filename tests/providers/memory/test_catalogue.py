"""The catalogue that is shipped: its numbers agree with each other, its profiles hold what they promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from vestibule.cli.memory_plan import CATALOGUE
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.languages import LANGUAGES
from vestibule.providers.memory.catalogue import GB, KnownModel, read_catalogue
from vestibule.providers.memory.footprint import Serving, cache_bytes_per_token, footprint

SHIPPED = read_catalogue(CATALOGUE)
Q8_0_BITS, Q6_K_BITS = 8.5, 6.5625


def parameters(model: KnownModel, *, embeddings: int) -> int:
    """Weights of the layers and of as many matrices of `embeddings` as the file holds."""
    attention = model.width * model.head_length * 2 * (model.heads + model.kv_heads)
    return model.layers * (attention + 3 * model.width * model.inner) + embeddings * model.vocabulary * model.width


@pytest.mark.parametrize(("name", "embeddings"), [("qwen2.5-7b-instruct", 2), ("llama-3.2-3b-instruct", 1)])
def test_sizes_of_files_follow_from_the_shape(name: str, embeddings: int) -> None:
    """Q8_0 spends 8.5 bits a weight, and Q6_K 6.5625, on all matrices alike."""
    model = SHIPPED.models[name]
    weights = parameters(model, embeddings=embeddings)
    assert model.files_gb["Q8_0"] == pytest.approx(weights * Q8_0_BITS / 8 / GB, rel=0.005)
    assert model.files_gb["Q6_K"] == pytest.approx(weights * Q6_K_BITS / 8 / GB, rel=0.005)
    assert sorted(model.files_gb.values()) == list(model.files_gb.values())
    assert model.default in model.files_gb


@pytest.mark.parametrize(("name", "kib"), [("qwen2.5-7b-instruct", 56), ("llama-3.2-3b-instruct", 112)])
def test_a_token_takes_what_is_known(name: str, kib: int) -> None:
    model = SHIPPED.models[name]
    assert cache_bytes_per_token(model.shape(model.default), "f16") == kib * 1024


@pytest.mark.parametrize("name", SHIPPED.profiles)
def test_every_profile_holds_both_models(name: str) -> None:
    profile = SHIPPED.profile(name)
    sums = [footprint(m.shape(m.default), Serving.of(profile)).total for m in SHIPPED.models.values()]
    assert sum(sums) <= profile.memory_bytes


def test_presets_are_as_free_as_their_purpose() -> None:
    presets = SHIPPED.presets
    assert presets["lookup"].temperature < presets["coordination"].temperature < presets["analysis"].temperature
    assert all(preset.why for preset in presets.values())


@pytest.mark.parametrize(
    ("model", "spoken", "unspoken"),
    [
        ("qwen2.5:7b", "vi", "sw"),
        ("Qwen2.5-7B-Instruct.Q4_K_M", "th", "uk"),
        ("qwen2.5:14b-instruct-q4_K_M", "vi", "ro"),
        ("llama3.2", "th", "vi"),
        ("llama3.2:latest", "hi", "vi"),
        ("Llama-3.2-3B-Instruct-Q4_K_M", "pt", "pl"),
        ("Meta-Llama-3.1-8B-Instruct", "de", "ja"),
        ("phi3.5:3.8b", "uk", "vi"),
        ("aya-expanse:8b", "vi", "th"),
    ],
)
def test_a_family_speaks_what_its_publisher_says(model: str, spoken: str, unspoken: str) -> None:
    languages = SHIPPED.languages(model)
    assert languages is not None
    assert "en" in languages
    assert spoken in languages
    assert unspoken not in languages


@pytest.mark.parametrize(
    "model", ["gpt-4o", "qwen2.5-coder:7b", "llama3.2-vision", "llama-3.2-3b-instruct-vietnamese", "myllama3.2", ""]
)
def test_what_others_made_of_a_family_is_not_known_by_it(model: str) -> None:
    assert SHIPPED.languages(model) is None


def test_languages_have_codes_and_sources() -> None:
    for family in SHIPPED.families:
        assert family.languages <= LANGUAGES.keys()
        assert family.source
    assert [len(family.languages) for family in SHIPPED.families] == [28, 8, 23, 23]


def test_what_is_no_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    with pytest.raises(NotFound, match="does not exist"):
        read_catalogue(path)
    for text in ("models: [", "models: {}", "", CATALOGUE.read_text("utf-8").replace("layers: 28", "layers: 0", 1)):
        path.write_text(text)
        with pytest.raises(InvalidRequest, match=r"catalogue\.yaml"):
            read_catalogue(path)


def test_an_unknown_profile_names_the_known() -> None:
    with pytest.raises(NotFound) as refused:
        SHIPPED.profile("toaster")
    assert "apple-m1-16gb, cpu-server, gpu-server" in refused.value.next_step
