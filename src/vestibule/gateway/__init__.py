"""HTTP: the OpenAI surface, health, metrics and documentation. Knows no model, no document and no SQL."""
