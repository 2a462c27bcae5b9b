"""How a person or a place is reached: mail, telephone, street, position."""
