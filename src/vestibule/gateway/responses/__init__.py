"""OpenAI's responses: another way of asking the same pipeline, whose answers may be stored and gone on from."""
