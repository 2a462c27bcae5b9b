"""Providers outside the house, and the one door to them."""
