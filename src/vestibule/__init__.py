"""Vestibule: a self-hosted LLM backend for building and energy operations that answers at home first."""

__version__ = "0.1.0"
