"""What an answer must be once the originals are back in it, worked out from what was sent and what arrived.

Independent of the product: which original a placeholder stands for is read off by laying the text that arrived over the
text that was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.egress.conversations import Conversation
from tests.egress.searching import PLACEHOLDER
from tests.egress.servers.openai_chat import prompt_of
from tests.egress.servers.speech import Asked, Reply, Speech


def expected(conversation: Conversation, speech: Speech) -> Iterator[object]:
    """Every text, or arguments of a call, that this conversation's answer may be, given all that the server said."""
    messages = conversation.body["messages"]
    assert isinstance(messages, list)
    original = prompt_of(messages)
    for asked, reply in list(speech.answers):
        originals = _laid_over(asked, original)
        if originals is not None:
            yield _restored(reply, originals, speech.meant)


def _laid_over(asked: Asked, original: str) -> dict[str, str] | None:
    """Placeholder to original, or None where another conversation arrived."""
    pattern, groups = "", dict[str, str]()
    at = 0
    for match in PLACEHOLDER.finditer(asked.prompt):
        pattern += re.escape(asked.prompt[at : match.start()])
        if match[0] in groups:
            pattern += f"(?i:(?P={groups[match[0]]}))"
        else:
            groups[match[0]] = f"g{len(groups)}"
            pattern += f"(?P<{groups[match[0]]}>.+?)"
        at = match.end()
    found = re.fullmatch(pattern + re.escape(asked.prompt[at:]), original, re.DOTALL)
    return {placeholder: found[group] for placeholder, group in groups.items()} if found else None


def _restored(reply: Reply, originals: Mapping[str, str], meant: Mapping[str, str]) -> object:
    """The reply with the originals in place of placeholders, mangled or not; of JSON, in its strings."""
    spoken = dict(originals) | {mangled: originals[p] for mangled, p in meant.items() if p in originals}
    pattern = re.compile("|".join(map(re.escape, sorted(spoken, key=len, reverse=True))) or r"(?!)")

    def put_back(value: object) -> object:
        if isinstance(value, str):
            return pattern.sub(lambda m: spoken[m[0]], value)
        if isinstance(value, dict):
            return {name: put_back(member) for name, member in value.items()}
        return [put_back(member) for member in value] if isinstance(value, list) else value

    return put_back(reply.calls[0].arguments if reply.calls else reply.text)
