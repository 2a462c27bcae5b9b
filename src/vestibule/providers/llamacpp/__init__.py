"""llama.cpp's own server, run with any GGUF file in a child process that is watched and restarted."""

from vestibule.providers.llamacpp.embedder import LlamaCppEmbedder
from vestibule.providers.llamacpp.provider import LlamaCppProvider

__all__ = ["LlamaCppEmbedder", "LlamaCppProvider"]
