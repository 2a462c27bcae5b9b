"""PostgreSQL, embedded or by URL, its schema and the connections to it: `Database` is what other rooms take."""
