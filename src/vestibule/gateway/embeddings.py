"""`POST /v1/embeddings` on our own embedder: nothing leaves the house."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.ports import Embedder
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import JSON
from vestibule.gateway.wire.embedding import EmbeddingBody, decode_embedding, embedding_list, texts


class EmbeddingRoutes:
    def __init__(self, access: Access, embedder: Embedder) -> None:
        self._access = access
        self._embedder = embedder

    async def create(self, request: Request) -> Response:
        await admitted(self._access, request.scope, "inference")
        body = decode_embedding(await read_body(request.receive))
        self._check(body)
        inputs = texts(body)
        vectors = await self._embedder.embed(inputs)

        def render() -> bytes:
            tokens = sum(self._embedder.count_tokens(text) for text in inputs)
            return embedding_list(self._embedder.name, vectors, body.encoding_format, tokens)

        return Response(await asyncio.to_thread(render), media_type=JSON)

    def _check(self, body: EmbeddingBody) -> None:
        embedder = self._embedder
        if body.model not in (embedder.name, "auto"):
            raise NotFound(
                f"The embedding model `{body.model[:80]}` does not exist here.",
                next_step=f"Use `{embedder.name}`.",
                param="model",
            )
        if body.dimensions not in (None, embedder.dimension):
            raise InvalidRequest(
                f"`dimensions` other than {embedder.dimension} is not served yet by this model.",
                next_step="Leave it out.",
                param="dimensions",
            )
