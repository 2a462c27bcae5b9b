"""How the tagger of people, addresses and organisations is made: generated text, training, the artefact."""
