"""Models added by path stay added until they are removed, under names that callers can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.providers.llamacpp.registry import AddedModel, add_model, added_models, default_name, remove_model


def test_added_listed_and_removed(tmp_path: Path) -> None:
    assert added_models(tmp_path) == ()
    first = add_model(tmp_path, Path("/models/Qwen2.5 3B.Q4_K_M.gguf"))
    second = add_model(tmp_path, Path("/models/other.gguf"), "mine")
    assert first == AddedModel("qwen2.5-3b.q4_k_m", Path("/models/Qwen2.5 3B.Q4_K_M.gguf"))
    assert added_models(tmp_path) == (first, second)
    assert remove_model(tmp_path, "mine") == second
    assert added_models(tmp_path) == (first,)
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["models.json"]


def test_a_relative_path_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert add_model(tmp_path, Path("m.gguf")).path == tmp_path / "m.gguf"


def test_adding_again_changes_nothing(tmp_path: Path) -> None:
    add_model(tmp_path, Path("/models/m.gguf"))
    add_model(tmp_path, Path("/models/m.gguf"))
    assert len(added_models(tmp_path)) == 1


@pytest.mark.parametrize("name", ["auto", "m"])
def test_a_name_names_one_model(tmp_path: Path, name: str) -> None:
    add_model(tmp_path, Path("/models/m.gguf"))
    with pytest.raises(InvalidRequest, match=f"There is a model `{name}` already") as refused:
        add_model(tmp_path, Path("/elsewhere/x.gguf"), name, taken=("auto", "extractive"))
    assert "--name" in refused.value.next_step


@pytest.mark.parametrize("name", ["Größe", "a b", "../up", "x" * 65, "-x"])
def test_a_name_must_be_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot be the name"):
        add_model(tmp_path, Path("/models/m.gguf"), name)


def test_a_file_whose_name_gives_none_needs_one(tmp_path: Path) -> None:
    assert default_name(Path("模型.gguf")) == ""
    with pytest.raises(InvalidRequest, match="--name"):
        add_model(tmp_path, Path("/models/模型.gguf"))


def test_what_was_never_added_cannot_be_removed(tmp_path: Path) -> None:
    add_model(tmp_path, Path("/models/m.gguf"))
    with pytest.raises(NotFound, match="Added: m"):
        remove_model(tmp_path, "other")


@pytest.mark.parametrize("content", [b"{", b'{"models": 3}', b'{"models": [{"name": "a", "path": 3}]}', b'"\xff"'])
def test_a_damaged_list_is_named(tmp_path: Path, content: bytes) -> None:
    add_model(tmp_path, Path("/models/m.gguf"))
    (tmp_path / "models" / "models.json").write_bytes(content)
    with pytest.raises(InvalidRequest, match=r"models\.json is damaged"):
        added_models(tmp_path)
