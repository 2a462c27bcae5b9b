"""Sentence embeddings at home: all-MiniLM-L6-v2 in int8 on onnxruntime, built once from pinned weights."""

from vestibule.providers.embedder.minilm import MiniLM

__all__ = ["MiniLM"]
