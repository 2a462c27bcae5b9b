"""Response caches: exact now, semantic later."""
