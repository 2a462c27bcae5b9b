"""The page Routing: where requests go and why, what it costs, which version of the configuration decides."""
