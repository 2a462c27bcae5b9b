"""National, social security, tax and passport numbers."""
