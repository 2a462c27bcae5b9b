"""An Ollama daemon of this house: the models it runs itself, and chat with them."""

from vestibule.providers.ollama.discovery import Discovery, discover_ollama
from vestibule.providers.ollama.provider import OllamaProvider

__all__ = ["Discovery", "OllamaProvider", "discover_ollama"]
