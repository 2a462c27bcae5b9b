"""Counters and logs. Knows nobody: rooms hand it numbers and events, never prompt text."""
