"""Which language a request is asked in."""

from vestibule.routing.languages.reader import language_of

__all__ = ["language_of"]
