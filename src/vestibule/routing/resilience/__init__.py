"""What is done when a model fails: wait, ask again, ask another, let it rest, take up where an answer broke off."""
