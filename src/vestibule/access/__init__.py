"""Who may come in, and how often: keys, scopes, requests per minute. Knows no HTTP and no model."""

from vestibule.access.access import Access

__all__ = ["Access"]
