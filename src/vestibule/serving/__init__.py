"""Several workers behind one port: a parent that binds, starts, watches and replaces them, and what they share."""
