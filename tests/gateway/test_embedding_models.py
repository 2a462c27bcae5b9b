"""`/v1/embeddings` by the name of a GGUF file, on a real llama.cpp, through the official SDK."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openai
import pytest

import vestibule
from tests.gateway.conftest import Serve
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.providers.llamacpp import LlamaCppEmbedder

TINY = Path(vestibule.__file__).parent / "models" / "vestibule-tiny.gguf"


async def test_an_added_model_gives_its_vectors(serve: Serve, tmp_path: Path) -> None:
    model = LlamaCppEmbedder("mine", TINY, tmp_path)
    await model.start()
    try:
        server = await serve(embedding_models={"mine": model})
        made = await model.embed(["chiller plant", "boiler"])
        async with server.sdk() as client:
            reply = await client.embeddings.create(model="mine", input=["chiller plant", "boiler"])
            own = await client.embeddings.create(model="auto", input="boiler")
            with pytest.raises(openai.NotFoundError, match=f"Use `{MiniLM.name}` or `mine`"):
                await client.embeddings.create(model="other", input="boiler")
            with pytest.raises(openai.BadRequestError, match="`dimensions` other than 256"):
                await client.embeddings.create(model="mine", input="boiler", dimensions=384)
            with pytest.raises(openai.APIStatusError, match="longer than the 2,048 tokens") as refused:
                await client.embeddings.create(model="mine", input="boiler " * 9000)
    finally:
        await model.close()
    assert np.array_equal(np.asarray([item.embedding for item in reply.data], np.float32), made.vectors)
    assert (reply.model, own.model) == ("mine", MiniLM.name)
    assert reply.usage.prompt_tokens == made.tokens > 2
    assert refused.value.status_code == 413
