"""What an error status of llama.cpp's server means, in our words: its own may quote what was asked."""

from __future__ import annotations

import msgspec

from vestibule.core.errors import InvalidRequest, TooLarge, UpstreamFailed, VestibuleError
from vestibule.providers.home.transport import UpstreamRefused

_OF_SCHEMAS = ("JSON schema", "grammar", "Failed to initialize samplers")


class _Error(msgspec.Struct):
    type: str = ""
    message: str = ""
    n_prompt_tokens: int = 0
    n_ctx: int = 0


class _Refusal(msgspec.Struct):
    error: _Error = msgspec.field(default_factory=_Error)


def refused(model: str, refusal: UpstreamRefused, context: int, *, grammar: bool = False) -> VestibuleError:
    """The error to raise; `context` is what one slot holds, in tokens. `grammar`: the request brought one."""
    error = _read(refusal.body)
    if error.type == "exceed_context_size_error":
        return InvalidRequest(
            f"The conversation with its sources is {error.n_prompt_tokens:,} tokens long; "
            f"{error.n_ctx:,} fit into the context of {model}.",
            next_step="Shorten it, or give the model more context.",
            param="messages",
        )
    if "is too large to process" in error.message:
        return TooLarge(
            f"A text is longer than the {context:,} tokens that {model} embeds at once.",
            next_step="Cut it into pieces.",
            param="input",
        )
    if grammar and any(word in error.message for word in _OF_SCHEMAS):
        return InvalidRequest(
            f"{model} cannot follow the grammar of this request.",
            next_step="Mend `vestibule.grammar`: each rule that is named must be there, none may begin with itself, "
            "and nothing is repeated more than 2,000 times.",
            param="vestibule.grammar",
        )
    if any(word in error.message for word in _OF_SCHEMAS):
        return InvalidRequest(
            f"{model} cannot keep to a JSON schema of this request.",
            next_step="Mend `response_format` or the `parameters` of a tool: llama.cpp knows type, enum, const, "
            "properties, required, items, anyOf, oneOf, allOf, minimum, maximum, lengths, and references inside.",
            param="response_format",
        )
    return UpstreamFailed(
        f"The model {model} refused the request with status {refusal.status}.",
        next_step="Its chat template may not allow such a conversation: ask another model.",
        fault=refusal.fault,
    )


def quotes_the_request(refusal: UpstreamRefused) -> bool:
    """Whether llama.cpp wrote what was asked into its log: it prints a grammar that it cannot read."""
    return any(word in _read(refusal.body).message for word in _OF_SCHEMAS)


def _read(body: bytes) -> _Error:
    try:
        return msgspec.json.decode(body, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Error()
