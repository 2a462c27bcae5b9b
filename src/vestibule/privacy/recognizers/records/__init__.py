"""Records: fields of JSON, YAML, logs and commands, by the words of their names and of what encloses them."""
