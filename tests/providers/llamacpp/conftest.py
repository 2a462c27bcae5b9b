"""A model with random weights for the whole run, our own small one, and llama.cpp really running them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import vestibule
from tests.providers.llamacpp.random_model import write_random_model
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.supervisor import Patience

TINY = Path(vestibule.__file__).parent / "models" / "vestibule-tiny.gguf"


@pytest.fixture(scope="session")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "random.gguf")


@pytest.fixture
def patience() -> Patience:
    """How patient the provider of the test is; a test module may put its own in the place of this one."""
    return Patience()


@pytest.fixture
async def provider(gguf: Path, tmp_path: Path, patience: Patience) -> AsyncIterator[LlamaCppProvider]:
    """Started, loaded, with two slots and room for three more to wait."""
    provider = LlamaCppProvider("random", gguf, tmp_path / "logs", room=3, patience=patience)
    await provider.start()
    await provider.ready()
    yield provider
    await provider.close()


@pytest.fixture
async def tiny(tmp_path: Path) -> AsyncIterator[LlamaCppProvider]:
    """Our own test model: it copies from its prompt."""
    provider = LlamaCppProvider("tiny", TINY, tmp_path)
    await provider.start()
    await provider.ready()
    yield provider
    await provider.close()
