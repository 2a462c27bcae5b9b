"""Write a request anew for a provider outside: nothing of an original is left anywhere in it.

Numbers follow the conversation alone, so that it keeps them from turn to turn and on every replica; sources come after
it, though they stand before it in the prompt. Knows what a request is made of, not what is sensitive in it.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from vestibule.core.chat import Image, Message, ResponseFormat, Tool, ToolCall, ToolChoice
from vestibule.core.generation import ModelRequest
from vestibule.privacy.images import stripped
from vestibule.privacy.pseudonyms import grammar
from vestibule.privacy.pseudonyms.document import Document, read
from vestibule.privacy.pseudonyms.ledger import Find, Ledger
from vestibule.privacy.pseudonyms.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.restorer import Restorer
from vestibule.privacy.pseudonyms.shifting import KEEP_NUMBERS, NumberPolicy, Shifting


class Pseudonymised(msgspec.Struct, frozen=True):
    """`request` may be encoded for a provider outside; `pseudonyms` restore what comes back."""

    request: ModelRequest
    pseudonyms: Pseudonyms


def pseudonymise(request: ModelRequest, find: Find, shifting: NumberPolicy = KEEP_NUMBERS) -> Pseudonymised:
    """Replace every span that `find` reports under the rule `pseudonymise`, and every further mention of it, by a
    placeholder `⟦PERSON_1⟧`, and dates and quantities as `shifting` says; of images keep the picture alone. CPU only;
    `find` is called once for every different text.

    Raise `EgressRefused` for a span under the rule `block`, `ImageError` for an image that cannot be read.
    """
    numbers = Shifting(shifting, _first_question(request))
    ledger = Ledger(find, numbers)
    writer = _Writer(ledger)
    writer.read(request)
    written = writer.write(request)
    pseudonyms = Pseudonyms(ledger.originals, ledger.names, numbers.sent, numbers.numbers, writer.own())
    return Pseudonymised(written, pseudonyms)


def _first_question(request: ModelRequest) -> str:
    """What every turn of a conversation has in common; a system message may tell the time."""
    return next((m.content for m in request.messages if m.role == "user"), "")


class _Writer:
    """Reads and writes each different text once, however often it stands in the request."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._documents: dict[tuple[str, bool], Document] = {}
        self._written: dict[tuple[str, bool], str] = {}

    def read(self, request: ModelRequest) -> None:
        for message in (*request.messages, *request.prompt):
            self._read_message(message)
        for tool in request.tools:
            self.ledger.read_name(tool.name)
            self._read(tool.description)
            self._read(_schema_text(tool.parameters), schema=True)
        self.ledger.read_name(request.response_format.name)
        if request.response_format.schema is not None:
            self._read(_schema_text(request.response_format.schema), schema=True)
        for stop in request.sampling.stop:
            self._read(stop)

    def write(self, request: ModelRequest) -> ModelRequest:
        return msgspec.structs.replace(
            request,
            messages=tuple(self._message(m) for m in request.messages),
            prompt=tuple(self._message(m) for m in request.prompt),
            sources=(),
            gaps=(),
            tools=tuple(self._tool(t) for t in request.tools),
            tool_choice=self._choice(request.tool_choice),
            response_format=self._format(request.response_format),
            sampling=msgspec.structs.replace(
                request.sampling, stop=tuple(self._write(stop) for stop in request.sampling.stop)
            ),
        )

    def own(self) -> frozenset[str]:
        """What the texts hold by chance and a restorer would otherwise complain of when it comes back."""
        own = set(self.ledger.held)
        if any(grammar.DOUBLED in written for written in self._written.values()):
            own.add(grammar.DOUBLED)
        for key, document in self._documents.items():
            if grammar.OPEN in document.text or "\\u27" in document.text:
                restorer = Restorer(self.ledger.originals)
                restorer.feed(self._written[key])
                restorer.finish()
                own.update(restorer.unrestored)
        return frozenset(own)

    def _read_message(self, message: Message) -> None:
        self._read(message.content)
        if message.name is not None:
            self.ledger.read_name(message.name, speaker=True)
        for call in message.tool_calls:
            self.ledger.read_name(call.name)
            self.ledger.read_name(call.id)
            self._read(call.arguments)
        if message.tool_call_id is not None:
            self.ledger.read_name(message.tool_call_id)

    def _message(self, message: Message) -> Message:
        name, answered = message.name, message.tool_call_id
        return Message(
            message.role,
            self._write(message.content),
            name if name is None else self.ledger.write_name(name, speaker=True),
            tuple(self._call(call) for call in message.tool_calls),
            answered if answered is None else self.ledger.write_name(answered),
            tuple(_picture(image) for image in message.images),
        )

    def _call(self, call: ToolCall) -> ToolCall:
        write_name = self.ledger.write_name
        return ToolCall(write_name(call.id), write_name(call.name), self._write(call.arguments))

    def _tool(self, tool: Tool) -> Tool:
        return Tool(self.ledger.write_name(tool.name), self._write(tool.description), self._schema(tool.parameters))

    def _choice(self, choice: ToolChoice) -> ToolChoice:
        return choice if choice.name is None else ToolChoice(choice.mode, self.ledger.write_name(choice.name))

    def _format(self, form: ResponseFormat) -> ResponseFormat:
        schema = None if form.schema is None else self._schema(form.schema)
        return ResponseFormat(form.kind, self.ledger.write_name(form.name), schema, form.strict)

    def _schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        text = _schema_text(schema)
        written = self._write(text, schema=True)
        return schema if written == text else dict(json.loads(written))

    def _read(self, text: str, *, schema: bool = False) -> None:
        if text and (text, schema) not in self._documents:
            document = self._documents[text, schema] = read(text, schema=schema)
            self.ledger.read(document)

    def _write(self, text: str, *, schema: bool = False) -> str:
        if not text:
            return text
        written = self._written.get((text, schema))
        if written is None:
            written = self._written[text, schema] = self.ledger.write(self._documents[text, schema])
        return written


def _picture(image: Image) -> Image:
    return Image(image.media_type, stripped(image.data), detail=image.detail)


def _schema_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False)
