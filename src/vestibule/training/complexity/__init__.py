"""Builds the model of how difficult a request is: generated requests, a network fitted with numpy, its artefact."""
