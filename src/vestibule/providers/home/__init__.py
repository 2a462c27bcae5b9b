"""The way to model servers at home."""
