"""ChatML: how a dialogue becomes the text a model reads, in Python for training and as Jinja for the GGUF.

Both must give the same text; the tests compare them on every golden conversation through llama.cpp's own server.
"""

from __future__ import annotations

from collections.abc import Iterator

from vestibule.training.tiny.dialogues.dialogue import Dialogue, Turn, compact

START = "<|im_start|>"
END = "<|im_end|>"
PAD = "<|endoftext|>"
CALL = "<tool_call>"
CALL_END = "</tool_call>"
CONTROL_TOKENS = (PAD, START, END)
CALL_TOKENS = (CALL, CALL_END)

_CALLING = (
    "You may call these functions. To call one, reply with a JSON object of its name and its arguments between "
    f"{CALL} and {CALL_END}."
)

TEMPLATE = (
    """\
{%- if tools %}
{{- '<|im_start|>system\\n' }}
{%- if messages[0].role in ['system', 'developer'] %}
{{- messages[0].content + '\\n\\n' }}
{%- endif %}
{{- '"""
    + _CALLING
    + """' }}
{%- for tool in tools %}
{{- '\\n' + (tool.function | tojson) }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if message.role in ['system', 'developer'] %}
{%- if not (tools and loop.first) %}
{{- '<|im_start|>system\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- elif message.role == 'assistant' %}
{{- '<|im_start|>assistant\\n' }}
{%- if message.content %}
{{- message.content }}
{%- endif %}
{%- if message.tool_calls %}
{%- for call in message.tool_calls %}
{{- '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
{{- call.function.arguments | tojson }}
{{- '}\\n</tool_call>' }}
{%- endfor %}
{%- endif %}
{{- '<|im_end|>\\n' }}
{%- else %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
)


def render(dialogue: Dialogue) -> Iterator[tuple[str, bool]]:
    """Yield stretches of text and whether they are learnt: what the assistant says, with the token that ends it."""
    turns = list(dialogue.turns)
    if dialogue.functions:
        opening = turns.pop(0).text + "\n\n" if turns and turns[0].role == "system" else ""
        listed = "".join("\n" + compact(function) for function in dialogue.functions)
        yield f"{START}system\n{opening}{_CALLING}{listed}{END}\n", False
    for turn in turns:
        yield f"{START}{turn.role}\n", False
        yield said(turn) + END, turn.role == "assistant"
        yield "\n", False


def said(turn: Turn) -> str:
    if turn.call is None:
        return turn.text
    return f'{CALL}\n{{"name": "{turn.call.name}", "arguments": {compact(turn.call.arguments)}}}\n{CALL_END}'


def before_reply(dialogue: Dialogue) -> str:
    """The prompt of the last turn, which is the assistant's."""
    asked = Dialogue(dialogue.kind, dialogue.turns[:-1], dialogue.functions)
    return "".join(text for text, _ in render(asked)) + f"{START}assistant\n"
