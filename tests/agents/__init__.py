"""Agents that work together, as their programs run: the templates, and the example beside the product."""
