"""Any server that speaks OpenAI's chat completions protocol: llama-server, vLLM, LM Studio at home; OpenAI outside."""

from vestibule.providers.openai.provider import OpenAIProvider

__all__ = ["OpenAIProvider"]
