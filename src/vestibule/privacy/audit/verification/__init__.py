"""Checking a trail: what is proven, and what was done to it, by name. Pure: is handed what was read."""
