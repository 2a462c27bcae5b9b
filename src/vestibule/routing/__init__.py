"""Which models there are, which may answer, in which order, and why not the others."""
