"""A short build: the same bytes twice, and ONNX Runtime gives what PyTorch gives."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vestibule.training.tagger.recipe import Recipe

SHORT = replace(Recipe(), steps=5, texts=300, batch_texts=16)


def build_in_a_process_of_its_own(out: Path) -> None:
    command = [sys.executable, "-m", "vestibule.training.tagger", "--steps", "5", "--texts", "300", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "held out" in done.stdout
    assert "sha256" in done.stdout


@pytest.mark.needs_torch
@pytest.mark.slow
def test_a_short_build_gives_the_same_bytes_again(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    first, second = tmp_path / "first" / "tagger.onnx", tmp_path / "second" / "tagger.onnx"
    for out in (first, second):
        build_in_a_process_of_its_own(out)
    assert first.read_bytes() == second.read_bytes()
    assert first.with_suffix(".sha256").read_text() == second.with_suffix(".sha256").read_text()


@pytest.mark.needs_torch
def test_onnx_runtime_gives_the_scores_that_pytorch_gives() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from vestibule.privacy.tagger import Tagger
    from vestibule.privacy.tagger.features import Lexicon
    from vestibule.training.tagger.artefact import encode
    from vestibule.training.tagger.examples import Forms
    from vestibule.training.tagger.grammar import Labelled
    from vestibule.training.tagger.lists import kinds
    from vestibule.training.tagger.trainer import train

    losses: list[float] = []
    network, numbered = train(SHORT, lambda _, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    tagger = Tagger.read(encode(network, SHORT, kinds(whole=False), numbered, (0, 0, 0)))
    forms = Forms(Lexicon(kinds(whole=False), numbered))
    text = "Please ask Anna Berg of Acme Ltd, 12 High Street, to check AHU-3."
    example = forms.read(Labelled(text, ()))
    with torch.no_grad():
        scores = network(
            torch.from_numpy(forms.word_rows(0)[example.words]).long(),
            torch.from_numpy(forms.separator_rows()[example.separators]).long(),
            torch.ones(len(example.words), dtype=torch.bool),
        )[:, :4]
    expected = scores.softmax(-1).max(-1).values.numpy()
    pieces = re.split(r"(\w+)", text)
    tagger._vectors.learn(pieces[1::2])
    x = np.frombuffer(b"".join(map(tagger._vectors.__getitem__, pieces[:-1])), np.float32).reshape(len(expected), -1)
    (given,) = tagger._session.run(["scores"], {"x": x})
    np.testing.assert_allclose(given, expected, atol=2e-3)
