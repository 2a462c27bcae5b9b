"""The beginning: before a single step, the model continues what repeats and knows the source it stands in."""

from __future__ import annotations

from types import ModuleType

import pytest

from vestibule.training.tiny.dialogues import draw_kind


@pytest.mark.needs_torch
def test_a_repeated_sequence_is_continued_better_than_by_chance_before_any_training(torch: ModuleType) -> None:
    from vestibule.training.tiny.induction import Landmarks, begin
    from vestibule.training.tiny.model import Shape, TinyQwen2

    torch.manual_seed(1)
    model = TinyQwen2(Shape(1024))
    row = torch.randint(1024, (4, 60))
    twice = torch.cat((row, row), 1)
    ranks = []
    for begun in (False, True):
        if begun:
            begin(model, Landmarks((1, 2), (3,)))
        with torch.no_grad():
            scores = model.scores(model(twice, torch.arange(120).expand(4, -1)))
        wanted = scores[:, 64:-1].gather(2, twice[:, 65:, None])
        ranks.append((scores[:, 64:-1] > wanted).float().mean().item())
    assert ranks[1] < 0.2 < 0.4 < ranks[0]


@pytest.mark.needs_torch
def test_each_token_of_a_source_attends_to_the_number_of_that_source(torch: ModuleType) -> None:
    from vestibule.training.tiny.induction import begin
    from vestibule.training.tiny.model import Shape, TinyQwen2, rotate, rotations
    from vestibule.training.tiny.tokenizer import encode, train
    from vestibule.training.tiny.trainer import landmarks

    prompts = [draw_kind("brief", 1, n).turns[0].text for n in range(60)]
    tokenizer = train(prompts, 600)
    torch.manual_seed(1)
    model = TinyQwen2(Shape(600))
    begin(model, landmarks(tokenizer))
    prompt = next(p for p in prompts if p.count("<source number=") == 3)
    ids = encode(tokenizer, prompt)
    numbers = [n for n in range(2, len(ids)) if [tokenizer.id_to_token(i) for i in ids[n - 2 : n]] == ["Ġnumber", '="']]
    assert len(numbers) == 3
    positions = torch.arange(len(ids))[None]
    turns = rotations(positions, model.shape)
    counting = model.blocks[1]
    with torch.no_grad():
        normed = counting.attention_norm(model.blocks[0](model.embedding(torch.tensor([ids])), turns))
        query = rotate(counting.attention.query(normed)[:, None, :, :64], turns)[0, 0]
        key = rotate(counting.attention.key(normed)[:, None, :, :64], turns)[0, 0]
    for start, end in zip(numbers, [*numbers[1:], len(ids)], strict=True):
        for place in range(start + 8, end - 6):
            weights = (query[place] @ key[: place + 1].T / 8).softmax(-1)
            assert int(weights.argmax()) == start
