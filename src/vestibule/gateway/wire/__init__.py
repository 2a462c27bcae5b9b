"""OpenAI's JSON, read and written. Knows shapes, and nothing of HTTP or of how an answer is found."""
