"""The web console: pages for people, rendered on the server. Knows the pipeline and what is below, not the gateway."""
