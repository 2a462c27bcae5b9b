"""Servers that say what a test knows: always the same text, the rest of it where the conversation ends with a part."""

from __future__ import annotations

from dataclasses import dataclass

from tests.egress.servers.speech import Asked, Reply, Speech

KNOWN = (
    "The chiller runs from seven in the morning until the last tenant has left. Its valve opens at eighteen degrees, "
    "and the pump follows two minutes later. At night the plant rests, unless the outside air is warmer than the hall. "
    "Größe und Ort stehen im Plan, and a square metre is enough for the new pump."
)


@dataclass
class KnownText(Speech):
    """Says `text`. `continues`: a last turn of the assistant is continued, as engines do that prefill."""

    text: str = KNOWN
    continues: bool = False

    def _reply(self, asked: Asked) -> Reply:
        text = self.text
        if self.continues and asked.prefill and text.startswith(asked.prefill):
            text = text[len(asked.prefill) :]
        self.said.append(text)
        return Reply(text)
