"""What an answer must be once the originals are back in it, worked out from what was sent and what arrived.

Independent of the product: which original a placeholder stands for is read off by laying the text that arrived over the
text that was asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tests.egress.conversations import Conversation
from tests.egress.searching import PLACEHOLDER
from tests.egress.servers.openai_chat import prompt_of
from tests.egress.servers.speech import Reply, Speech
from vestibule.generation.prompts import GROUNDED, UNGROUNDED

CHECKED = object()
_NEIGHBOURS = re.compile(f"({PLACEHOLDER.pattern})([^\\w⟦]*)(?=({PLACEHOLDER.pattern}))")
OPENING = (GROUNDED[:40], UNGROUNDED[:40])


def expected(conversation: Conversation, speech: Speech) -> Iterator[object]:
    """Every text, JSON or arguments of a call that this conversation's answer may be, given all that the server said.

    `CHECKED` for one that was asked with sources or gaps: such an answer is checked and may lose sentences.
    """
    messages = conversation.body["messages"]
    assert isinstance(messages, list)
    original = prompt_of(messages)
    for asked, reply in list(speech.answers):
        if asked.prompt.startswith(OPENING):
            if any(_laid_over(asked.prompt[at:], original) for at in _line_starts(asked.prompt)):
                yield CHECKED
            continue
        for originals in _readings(asked.prompt, original):
            yield _restored(reply, originals, speech.meant, is_json=asked.schema is not None)


def _line_starts(prompt: str) -> Iterator[int]:
    return (match.end() for match in re.finditer("\n", prompt))


def _readings(arrived: str, original: str) -> Iterator[dict[str, str]]:
    """Each way to tell which placeholder stands for what; none where it is another conversation that arrived. Of two
    side by side, nobody can say where the first original ends: every word's end may be it."""
    found = _laid_over(arrived, original)
    if found is None:
        return
    yield found
    for match in _NEIGHBOURS.finditer(arrived):
        first, between, second = match.groups()
        both = f"{found[first]}{between}{found[second]}"
        for cut in re.finditer(re.escape(between), both) if first != second else ():
            if cut.start() > 0 and cut.end() < len(both):
                yield found | {first: both[: cut.start()], second: both[cut.end() :]}


def _laid_over(arrived: str, original: str) -> dict[str, str] | None:
    """Placeholder to original, or None where it is another conversation that arrived."""
    return _matched(arrived, original, strict=True) or _matched(arrived, original, strict=False)


def _matched(arrived: str, original: str, *, strict: bool) -> dict[str, str] | None:
    """Not `strict`: a placeholder may stand for its original in other spellings, too; the first of them counts."""
    pattern, groups = "", dict[str, str]()
    at = 0
    for match in PLACEHOLDER.finditer(arrived):
        pattern += re.escape(arrived[at : match.start()])
        if match[0] not in groups:
            groups[match[0]] = f"g{len(groups)}"
            pattern += f"(?P<{groups[match[0]]}>.+?)"
        else:
            pattern += f"(?P={groups[match[0]]})" if strict else "(?:.+?)"
        at = match.end()
    found = re.fullmatch(pattern + re.escape(arrived[at:]), original, re.DOTALL)
    return {placeholder: found[group] for placeholder, group in groups.items()} if found else None


def _restored(reply: Reply, originals: Mapping[str, str], meant: Mapping[str, str], *, is_json: bool) -> object:
    """The reply with the originals in place of placeholders, mangled or not; of JSON, in its strings."""
    spoken = dict(originals) | {mangled: originals[p] for mangled, p in meant.items() if p in originals}
    pattern = re.compile("|".join(map(re.escape, sorted(spoken, key=len, reverse=True))) or r"(?!)")

    def put_back(value: object) -> object:
        if isinstance(value, str):
            return pattern.sub(lambda m: spoken[m[0]], value)
        if isinstance(value, dict):
            return {name: put_back(member) for name, member in value.items()}
        return [put_back(member) for member in value] if isinstance(value, list) else value

    if reply.calls:
        return put_back(reply.calls[0].arguments)
    return put_back(json.loads(reply.text) if is_json else reply.text)
