"""Reads which kind of work a request is: as its caller names it, else by the wording of its last question.

Knows words and the shape of a conversation; no model, no rule and no tenant.
"""

from __future__ import annotations

from collections.abc import Iterable

from vestibule.core.chat import ChatRequest, TaskKind
from vestibule.routing.tasks.coordination import is_coordination
from vestibule.routing.tasks.kinds import KINDS
from vestibule.routing.tasks.kinds.base import WorkKind
from vestibule.routing.tasks.wording import Wording

ENOUGH = 2
"""A wording that tells alone counts as much, a hint half of it."""


class TaskReader:
    """For use by many at once: nothing in it changes."""

    def __init__(self, kinds: Iterable[WorkKind] = KINDS) -> None:
        signs: dict[str, dict[TaskKind, int]] = {}
        for kind in (kinds := tuple(kinds)):
            for weight, phrases in ((1, kind.hints), (ENOUGH, kind.tells)):
                for phrase in phrases:
                    signs.setdefault(phrase, {})[kind.kind] = weight
        self._meant = [tuple(meant.items()) for meant in signs.values()]
        self._wording = Wording(signs)
        self._order = {kind.kind: place for place, kind in enumerate(kinds)}

    def read(self, request: ChatRequest) -> TaskKind | None:
        """The kind of work, None for a question of any other kind."""
        if named := request.options.route.task:
            return named
        if is_coordination(request):
            return "coordination"
        return self.recognise(request.question)

    def recognise(self, question: str) -> TaskKind | None:
        """The kind that most speaks for, the more special one where two are level."""
        points: dict[TaskKind, int] = {}
        for sign in self._wording.found(question):
            for kind, weight in self._meant[sign]:
                points[kind] = points.get(kind, 0) + weight
        if not points:
            return None
        best = max(points, key=lambda kind: (points[kind], -self._order[kind]))
        return best if points[best] >= ENOUGH else None
