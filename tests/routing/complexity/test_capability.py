"""What names say of a model."""

from __future__ import annotations

import pytest

from tests.routing.test_plan import provider
from vestibule.routing.catalogue import Catalogue, Model
from vestibule.routing.complexity import capabilities, capability
from vestibule.routing.complexity.capability import UNKNOWN


def test_models_stand_in_the_order_of_their_sizes() -> None:
    names = (
        *("vestibule-tiny", "smollm2:135m", "qwen2.5-0.5b-instruct", "llama3.2:1b", "qwen2.5:3b", "qwen2.5:7b"),
        *("mixtral-8x7b", "llama-3.3-70b", "gpt-4o"),
    )
    said = [capability(name) for name in names]
    assert said == sorted(said)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("our-model", "qwen2.5:7b-instruct-q4_K_M"), 0.51),
        (("DeepSeek-R1-Distill-Qwen-1.5B",), 0.344),
        (("gpt-4o-mini-2024",), 0.72),
        (("gemini-1.5-flash",), 0.72),
        (("gemini-2.5-pro",), 0.9),
        (("deepseek-chat",), 0.9),
        (("deepseek-r1",), 0.9),
        (("phi-4",), 0.62),
        (("house-7",), UNKNOWN),
        (("llama-405b",), 0.9),
        (("a-0.001b",), 0.05),
    ],
)
def test_a_size_counts_before_a_family(names: tuple[str, ...], expected: float) -> None:
    assert capability(*names) == pytest.approx(expected, abs=0.002)


def test_the_name_at_the_provider_tells_what_the_id_does_not() -> None:
    house = Model("house", "qwen2.5:3b", provider("http://127.0.0.1:9000"), "home")
    said = capabilities(Catalogue([house]))
    assert said("house") == capability("qwen2.5:3b")
    assert said("gone") == UNKNOWN
