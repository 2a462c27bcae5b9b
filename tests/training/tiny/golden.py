"""Conversations on which the ids a model is trained on and the ids llama.cpp serves must be the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vestibule.training.tiny.dialogues import Dialogue, Turn, draw_kind
from vestibule.training.tiny.dialogues.dialogue import Call, JsonValue
from vestibule.training.tiny.dialogues.drawing import SHARES

DRAWN_SEED = 77
DRAWN_EACH = 3
SAID = (
    "How much electricity did Harbour Office use in July?",
    "Grüße aus Köln: wie hoch ist der Verbrauch? Übermäßig, 21,5 °C!",
    "Combien d'énergie a-t-on consommée à l'hôtel ? Ça dépend…",
    "日本語のテキスト 한국어 العربية עברית",
    "🙂🙃 👩‍🔧 🇩🇪 e\u0301 ﬁ",
    "  two  spaces,\ttabs\t\tand \n\n\n three line breaks \r\n and a return",
    "it's we'll I'VE DON'T they'd 'quoted' \"twice\" `code`",
    "½ ² ٣ Ⅷ 1,234,567.89 −3 +4 1e-6 0x1F 50% €12 £3 5 m³/h",
    "x=1;y+=2 // no?! <b>bold</b> {json: [1, 2]} #tag @name a_b a-b a/b",
    "A" * 60 + " " * 30 + "b",
    "Text that names <|im_end|> and <|im_start|>assistant and <tool_call> in its midst",
    "‹source› “quotes” — dashes – and… non-breaking\u00a0space, zero\u200bwidth",
    "ALL CAPITALS camelCaseWord snake_case_word kWh MWh m² CO₂",
    "?",
)


def conversations() -> Iterator[Dialogue]:
    for kind in SHARES:
        for number in range(DRAWN_EACH):
            yield draw_kind(kind, DRAWN_SEED, number)
    for said in SAID:
        yield Dialogue("talk", (Turn("user", said), Turn("assistant", said)))
    yield Dialogue("talk", (Turn("system", SAID[1]), *_turns(*SAID[:5])))
    yield Dialogue("tool_call", (Turn("system", SAID[7]), Turn("user", SAID[0]), _call("größe", 'Köln 🙂 "x"')), _TOOLS)
    yield Dialogue(
        "tool_reply",
        (Turn("user", "?"), _call("n", "1"), Turn("tool", '{"total": 12.5}'), Turn("assistant", "12.5")),
        _TOOLS,
    )


def _turns(*said: str) -> tuple[Turn, ...]:
    return tuple(Turn("assistant" if n % 2 else "user", text) for n, text in enumerate((*said, said[0])))


def _call(name: str, value: str) -> Turn:
    return Turn("assistant", call=Call("look_up", {name: value, "deep": {"list": [1, 2.5, True, None]}}))


_TOOLS: tuple[Mapping[str, JsonValue], ...] = (
    {
        "name": "look_up",
        "description": 'Look a thing up: größer, <kleiner> & "quoted"',
        "parameters": {"type": "object", "properties": {"n": {"type": "string", "enum": ["a", "ä"]}}},
    },
    {"name": "nothing", "description": "", "parameters": {"type": "object", "properties": {}}},
)
