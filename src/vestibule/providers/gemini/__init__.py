"""Google's Gemini models, by their native protocol."""

from vestibule.providers.gemini.provider import KEY_STYLE, GeminiProvider

__all__ = ["KEY_STYLE", "GeminiProvider"]
