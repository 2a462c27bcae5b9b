"""Detect, classify, and keep in the house what must stay there."""
