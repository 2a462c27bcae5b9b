"""Dialogues drawn from a seed: every one a pure function of its seed and number, each answer in its prompt."""

from vestibule.training.tiny.dialogues.dialogue import Dialogue, Kind, Turn
from vestibule.training.tiny.dialogues.drawing import draw, draw_kind

__all__ = ["Dialogue", "Kind", "Turn", "draw", "draw_kind"]
