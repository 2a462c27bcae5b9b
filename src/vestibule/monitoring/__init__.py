"""What happened, kept where it can be counted: one row per request."""
