"""DeepSeek's variant of chat completions: reasoning, cache counts, keep-alive comments, usage in the last chunk.

Written from https://api-docs.deepseek.com/api/create-chat-completion (bodies, the streaming example),
https://api-docs.deepseek.com/guides/reasoning_model (`reasoning_content` beside `content`),
https://api-docs.deepseek.com/quick_start/rate_limit (keep-alive comments while a request waits) and
https://api-docs.deepseek.com/quick_start/error_codes. Knows no socket.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.egress.servers.dialects import Body, Refusal, tokens
from tests.egress.servers.faults import FaultKind
from tests.egress.servers.openai_chat import CREATED, OpenAIChat
from tests.egress.servers.speech import Asked, Reply, cut

REASONER = "deepseek-reasoner"


class DeepSeekChat(OpenAIChat):
    base_path = ""

    def refusal(self, kind: FaultKind) -> Refusal:
        """Its error codes have no name for these two: they are `invalid_request_error`."""
        if kind == "context_length":
            said = "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens."
            return Refusal(400, "invalid_request_error", said)
        if kind == "content_filter":
            return Refusal(400, "invalid_request_error", "Content Exists Risk")
        return super().refusal(kind)

    def other(self, target: str, body: Body) -> bytes | None:
        return None

    def events(self, asked: Asked, reply: Reply, id: str) -> Iterator[bytes]:
        yield b": keep-alive\n\n"
        yield from super().events(asked, reply, id)

    def deltas(self, asked: Asked, reply: Reply, id: str, rng: random.Random) -> Iterator[Body]:
        reasoning = asked.model == REASONER
        yield {"role": "assistant", "content": None if reasoning else ""}
        if reasoning:
            for piece in cut(_thoughts(reply), rng):
                yield {"content": None, "reasoning_content": piece}
        for delta in super().deltas(asked, reply, id, rng):
            if "role" not in delta:
                yield delta | ({"reasoning_content": None} if reasoning and "content" in delta else {})

    def head(self, object: str, asked: Asked, id: str) -> Body:
        return {
            "id": id,
            "object": object,
            "created": CREATED,
            "model": asked.model,
            "system_fingerprint": "fp_3a5770e1b4",
        }

    def message(self, asked: Asked, reply: Reply) -> Body:
        thoughts = {"reasoning_content": _thoughts(reply)} if asked.model == REASONER else {}
        return {"role": "assistant", "content": reply.text} | thoughts

    def usage(self, asked: Asked, reply: Reply) -> Body:
        spent, given = tokens(asked.prompt), tokens(reply.text)
        thought = {"completion_tokens_details": {"reasoning_tokens": tokens(_thoughts(reply))}}
        return {
            "prompt_tokens": spent,
            "completion_tokens": given,
            "total_tokens": spent + given,
            "prompt_cache_hit_tokens": 0,
            "prompt_cache_miss_tokens": spent,
            **(thought if asked.model == REASONER else {}),
        }

    def last_usage(self, asked: Asked, reply: Reply) -> Body:
        return {} if asked.usage_asked else {"usage": self.usage(asked, reply)}


def _thoughts(reply: Reply) -> str:
    return f"First, what is asked: {reply.text[:80]}"
