"""`/v1/batches`: OpenAI's interface to batches, and how their lines are answered."""
