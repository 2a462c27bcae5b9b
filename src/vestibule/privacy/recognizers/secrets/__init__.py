"""Keys, passwords, codes: what opens a service or a door."""
