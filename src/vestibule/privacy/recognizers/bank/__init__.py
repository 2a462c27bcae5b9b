"""Accounts and cards."""
