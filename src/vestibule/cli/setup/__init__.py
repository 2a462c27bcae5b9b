"""`vestibule models setup`: from nothing to an Ollama and a Vestibule that start by themselves, on macOS and Linux."""

from vestibule.cli.setup.command import setup

__all__ = ["setup"]
