"""Addresses and names in the network of the house."""
