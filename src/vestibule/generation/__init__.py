"""From evidence to a model's request, and from a model's answer to one that may leave."""
