"""An Ollama daemon of this house: the models it runs itself, chat with them, their vectors, its own life."""

from vestibule.providers.ollama.discovery import Discovery, discover_ollama
from vestibule.providers.ollama.embedder import OllamaEmbedder
from vestibule.providers.ollama.home import HomeOllama
from vestibule.providers.ollama.provider import OllamaProvider
from vestibule.providers.ollama.watch import OllamaWatch

__all__ = ["Discovery", "HomeOllama", "OllamaEmbedder", "OllamaProvider", "OllamaWatch", "discover_ollama"]
