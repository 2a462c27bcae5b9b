"""Value types, shared Protocols, errors, settings and clearance: what every room speaks and nothing that acts."""
