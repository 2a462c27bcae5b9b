"""What the error status of a provider means, in our errors. Quotes nothing of what the provider said: it may quote the
question. Knows no socket and no key.

Sources: OpenAI's "Error codes", DeepSeek's "Error Codes", Google's "Gemini API troubleshooting", and the answers of
vLLM and llama-server to a conversation that is too long.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from vestibule.core.clearance import Destination
from vestibule.core.errors import Fault, InvalidRequest, UpstreamFailed, VestibuleError
from vestibule.providers.base import Chunk
from vestibule.providers.retry_after import retry_after_s

TOO_LONG, FILTERED = "context_length_exceeded", "content_filter"

_SIGNS = {
    b'"context_length_exceeded"': TOO_LONG,
    b'"exceed_context_size_error"': TOO_LONG,
    b"maximum context length": TOO_LONG,
    b"exceeds the maximum number of tokens": TOO_LONG,
    b'"content_filter"': FILTERED,
    b'"content_policy_violation"': "content_policy_violation",
    b'"invalid_prompt"': "invalid_prompt",
    b"Content Exists Risk": "content_exists_risk",
}
_MEANINGS = {
    400: ("did not understand the request", "The model may not take what was asked of it: functions, formats, length."),
    402: ("has no money left for this account", "Top up the account at the provider."),
    404: ("does not know the model", "Mend `name` of that model, or `url` of the provider, in vestibule.yaml."),
    413: ("finds the request too long", "Ask with less."),
    422: ("takes a parameter of the request for invalid", "Ask without unusual sampling, functions or formats."),
    429: ("wants fewer requests", "Ask again later."),
    503: ("is overloaded", "Ask again later."),
}
_REPORTED: Mapping[frozenset[int | str], Fault] = {
    frozenset({429, "429", "rate_limit_exceeded", "rate_limit_error", "resource_exhausted"}): "rate_limited",
    frozenset({503, "503", 529, "overloaded", "overloaded_error", "unavailable"}): "overloaded",
    frozenset({400, "400", "badrequesterror", "invalid_request_error", "invalid_argument"}): "refused",
    frozenset({401, 403, "invalid_api_key", "insufficient_quota", "unauthenticated", "permission_denied"}): "key",
}
_KEY = ("did not accept the API key", "Check `keys` of that provider in vestibule.yaml.")
_OTHER = ("refused the request", "Check `url` of that provider in vestibule.yaml.")
_FAULT = ("failed", "Ask again.")


class UpstreamRefused(UpstreamFailed):
    """An error status. `body` is what the server said of it: it may quote the request, so it is never shown."""

    def __init__(self, destination: Destination, status: int, body: bytes, retry_after_s: float | None = None) -> None:
        fault = fault_of(status)
        super().__init__(f"{destination} answered with status {status}.", fault=fault, retry_after_s=retry_after_s)
        self.status = status
        self.body = body


def fault_of(status: int) -> Fault:
    """What an error status says of how the provider failed."""
    if status in (401, 402, 403):
        return "key"
    if status in (408, 425, 503, 529):
        return "overloaded"
    return "rate_limited" if status == 429 else "failed" if status >= 500 else "refused"


def require_plain_answer(destination: Destination, status: int, headers: Mapping[str, str]) -> None:
    """Raise `UpstreamFailed` for what is neither an error nor an answer to be read: a redirect, which is not followed
    wherever it leads, and a body that is compressed unasked. Names of headers are in lower case, or know no case."""
    if 300 <= status < 400:
        raise UpstreamFailed(
            f"{destination} wants to send the request elsewhere (status {status}); that is not followed.",
            next_step="Name the address itself in vestibule.yaml.",
            fault="malformed",
        )
    if status < 200 or headers.get("content-encoding", "identity").lower() != "identity":
        what = f"answered with status {status}" if status < 200 else "compressed its answer"
        raise UpstreamFailed(
            f"{destination} {what}, which was not asked for.",
            next_step="Check `url` of that provider in vestibule.yaml.",
            fault="malformed",
        )


async def explaining(answer: AsyncGenerator[Chunk, None], provider: str) -> AsyncGenerator[Chunk, None]:
    """The answer, with an error status of `provider` explained."""
    try:
        async with aclosing(answer):
            async for chunk in answer:
                yield chunk
    except UpstreamRefused as refusal:
        raise explained(refusal, provider) from None


def explained(refusal: UpstreamRefused, provider: str) -> VestibuleError:
    """`InvalidRequest` for a conversation that is too long or was filtered, as it will be when it is sent there again;
    else `UpstreamFailed`, with what `provider` meant and what to do."""
    status = refusal.status
    if status in (400, 413, 422) and (reason := reason_in(refusal.body)):
        return not_taken(provider, reason)
    if refusal.fault == "key":
        meaning = _MEANINGS[402] if status in (402, 429) else _KEY
    else:
        meaning = _MEANINGS.get(status, _FAULT if status >= 500 else _OTHER)
    return UpstreamFailed(
        f"{provider} {meaning[0]} (status {status}).",
        next_step=meaning[1],
        fault=refusal.fault,
        retry_after_s=refusal.retry_after_s,
    )


def reason_in(said: bytes) -> str | None:
    """The kind of reason for which this very conversation is not taken, if that is what was said."""
    return next((reason for sign, reason in _SIGNS.items() if sign in said), None)


def not_taken(provider: str, reason: str) -> InvalidRequest:
    """`reason` is one of the kinds that the provider's description names, never a text of its own."""
    if reason == TOO_LONG:
        return InvalidRequest(
            f"The conversation with its sources is longer than the model of {provider} takes ({reason}).",
            next_step="Shorten it, or ask a model with more context.",
            param="messages",
        )
    return InvalidRequest(
        f"{provider} blocked the question by its content filter ({reason}).",
        next_step="Word it differently, or ask a model at home.",
        param="messages",
    )


def reported(provider: str, said: bytes, *marks: object) -> VestibuleError:
    """The meaning of an error within a stream that began with status 200. `marks` are what the provider calls it: a
    status, or a name."""
    if reason := reason_in(said):
        return not_taken(provider, reason)
    names = {mark if isinstance(mark, int) else str(mark).lower() for mark in marks}
    fault: Fault = next((fault for known, fault in _REPORTED.items() if names & known), "failed")
    return UpstreamFailed(
        f"{provider} reported an error in the middle of its answer.",
        next_step="Ask again.",
        fault=fault,
        retry_after_s=retry_after_s({}, said),
    )


def unfinished(provider: str) -> UpstreamFailed:
    """The end of a stream that did not say why it ended."""
    return UpstreamFailed(f"{provider} ended without finishing its answer.", next_step="Ask again.", fault="cut")
