"""What is read of an answer from outside has its originals, in whichever pieces it came."""

from __future__ import annotations

from vestibule.core.chat import Message
from vestibule.core.generation import ModelRequest
from vestibule.correspondence import Correspondence, disguised
from vestibule.privacy.detection.detector import Detector
from vestibule.privacy.policy import PolicyStore
from vestibule.providers.base import Chunk

REQUEST = ModelRequest((Message("user", "Write to anna.berg@example.org about the pump."),))


async def test_pieces_that_came_together_are_not_told_as_they_came() -> None:
    correspondence = await disguised(REQUEST, Detector(), PolicyStore().current, None)
    assert "anna.berg" not in correspondence.request.messages[0].content
    placeholder = next(word for word in correspondence.request.messages[0].content.split() if word.startswith("⟦"))
    parts = ("To ", placeholder[:4], placeholder[4:], ": done.")
    read = correspondence.read(Chunk("".join(parts), parts=parts))
    assert read.text == "To anna.berg@example.org: done."
    assert read.parts == ()


def test_what_a_model_at_home_says_stays_as_it_came() -> None:
    chunk = Chunk("a pump", parts=("a ", "pump"))
    assert Correspondence(REQUEST).read(chunk) is chunk
