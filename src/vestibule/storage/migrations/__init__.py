"""Alembic's folder: `env.py`, one file per version in `versions/`, and `isolation.py`, which those files call."""
