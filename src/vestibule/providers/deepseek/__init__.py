"""DeepSeek's models, by its own variant of OpenAI's chat completions."""

from vestibule.providers.deepseek.provider import DeepSeekProvider

__all__ = ["DeepSeekProvider"]
