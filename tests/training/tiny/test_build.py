"""A short build: the same bytes twice, served by llama.cpp with the scores that PyTorch gives."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from vestibule.training.tiny.__main__ import main
from vestibule.training.tiny.chatml import before_reply
from vestibule.training.tiny.dialogues import draw_kind
from vestibule.training.tiny.recipe import Progress, Recipe

SHORT = replace(Recipe(), steps=15, tokenizer_dialogues=300, batch_tokens=2048, held_out=4, drill_steps=5)


def build_in_a_process_of_its_own(out: Path) -> None:
    command = [sys.executable, "-m", "vestibule.training.tiny", "--steps", "15", "--out", str(out)]
    done = subprocess.run([*command, "--log", str(out.parent / "log")], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "sha256" in done.stdout


@pytest.mark.needs_torch
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifteen_steps_give_the_same_bytes_again(torch: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "tiny.gguf", tmp_path / "second" / "tiny.gguf"
    for out in (first, second):
        build_in_a_process_of_its_own(out)
    assert first.read_bytes() == second.read_bytes()
    assert first.with_suffix(".tokenizer.json").read_bytes() == second.with_suffix(".tokenizer.json").read_bytes()
    log = (first.parent / "log" / "training.csv").read_text(encoding="utf-8").splitlines()
    assert len(log) == 16
    assert (first.parent / "log" / "loss.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.needs_torch
def test_llama_cpp_gives_the_scores_that_pytorch_gives(torch: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    from vestibule.training.tiny.artefact import write
    from vestibule.training.tiny.server import serving
    from vestibule.training.tiny.tokenizer import encode
    from vestibule.training.tiny.trainer import train

    steps: list[Progress] = []
    model, tokenizer = train(SHORT, steps.append)
    assert steps[-1].loss < steps[0].loss
    assert steps[-1].exact is not None
    write(model, tokenizer, tmp_path / "tiny.gguf")
    prompt = before_reply(draw_kind("passages", 1, 1))
    ids = torch.tensor([encode(tokenizer, prompt)])
    with torch.no_grad():
        scores = model.scores(model(ids, torch.arange(ids.shape[1])[None]))[0, -1]
    expected = {int(n): float(p) for p, n in zip(*torch.log_softmax(scores, -1).topk(5), strict=True)}
    with serving(tmp_path / "tiny.gguf") as server:
        body = {"prompt": ids[0].tolist(), "n_predict": 1, "n_probs": 20, "temperature": 0}
        reply = server.post("/completion", body)
    served = {t["id"]: t["logprob"] for t in reply["completion_probabilities"][0]["top_logprobs"]}  # type: ignore[index]
    for token, score in expected.items():
        assert math.isclose(served[token], score, abs_tol=0.03)


@pytest.mark.needs_torch
def test_a_skipped_position_is_met_and_only_replies_are_foretold(torch: ModuleType) -> None:
    from vestibule.training.tiny.batches import row, rows, stack
    from vestibule.training.tiny.dialogues.drawing import SHARES
    from vestibule.training.tiny.tokenizer import train

    tokenizer = train([before_reply(draw_kind("results", 1, n)) for n in range(20)], 400)
    dialogue = draw_kind("passages", 1, 3)
    batch = stack([row(dialogue, tokenizer), row(draw_kind("talk", 1, 1), tokenizer)])
    said = tokenizer.decode(batch.to_foretell().tolist(), skip_special_tokens=False)
    assert said.count("<|im_end|>") == said.count("[") + 1
    assert dialogue.reply.text + "<|im_end|>" in said
    spread = rows(1, 0, 60, tokenizer, 4096, SHARES)
    assert max(r.positions[-1] for r in spread) > 1400
    assert all(list(r.positions) == sorted(set(r.positions)) and r.positions[-1] < 4096 for r in spread)


def test_without_pytorch_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vestibule.training.tiny.__main__.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["tiny", "--out", str(tmp_path / "tiny.gguf")])
    with pytest.raises(SystemExit, match=r"vestibule\[train\]"):
        main()
    assert not list(tmp_path.iterdir())
