"""`POST /v1/embeddings` on our own embedder and on models at home that were added for it: nothing leaves the house."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.ports import Embedded, Embedder, EmbeddingModel
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.ports import Access, EmbeddingModels
from vestibule.gateway.reply import JSON
from vestibule.gateway.wire.embedding import EmbeddingBody, decode_embedding, embedding_list, texts


class EmbeddingRoutes:
    def __init__(self, access: Access, embedder: Embedder, models: EmbeddingModels) -> None:
        self._access = access
        self._own = _Counting(embedder)
        self._models = models

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        body = decode_embedding(await read_body(request.receive))
        self._access.allow_model(caller, body.model)
        model = self._model(body)
        made = await model.embed(texts(body))
        rendered = asyncio.to_thread(embedding_list, model.name, made.vectors, body.encoding_format, made.tokens)
        return Response(await rendered, media_type=JSON)

    def _model(self, body: EmbeddingBody) -> EmbeddingModel:
        models = self._models()
        embedder = self._own if body.model in (self._own.name, "auto") else models.get(body.model)
        if embedder is None:
            raise NotFound(
                f"The embedding model `{body.model[:80]}` does not exist here.",
                next_step=f"Use {' or '.join(f'`{name}`' for name in (self._own.name, *models))}.",
                param="model",
            )
        if body.dimensions not in (None, embedder.dimension):
            raise InvalidRequest(
                f"`dimensions` other than {embedder.dimension} is not served yet by this model.",
                next_step="Leave it out.",
                param="dimensions",
            )
        return embedder


class _Counting:
    """Our own embedder as one of the models that can be named."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimension = embedder.dimension
        self._embedder = embedder

    async def embed(self, texts: Sequence[str]) -> Embedded:
        vectors = await self._embedder.embed(texts)

        def count() -> int:
            return sum(self._embedder.count_tokens(text) for text in texts)

        return Embedded(vectors, await asyncio.to_thread(count))
