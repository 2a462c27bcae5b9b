"""Answers from retrieved sentences and tool results alone, without a language model, and says so."""

from vestibule.providers.extractive.provider import ExtractiveProvider

__all__ = ["ExtractiveProvider"]
