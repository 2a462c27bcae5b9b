"""The record of every decision about what may leave: append-only, chained, signed. Never the text itself."""
