"""`/v1/files`: OpenAI's interface to files."""
