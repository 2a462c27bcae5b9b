"""Vectors as pgvector reads them. Knows no table."""

from __future__ import annotations

from vestibule.core.ports import Vector


def encode(vector: Vector) -> str:
    """One vector as the text that casts to pgvector's type; a float32 survives it."""
    return "[" + ",".join(f"{value:.9g}" for value in vector.tolist()) + "]"
