"""A user of the database in a process of its own, for the tests to start, ask and kill.

`python -m tests.storage.worker HOME ACCOUNT`: prints "open" once it holds the database; then answers every line on
standard input with the number of rows in `notes` after adding one; ends at the end of its input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

from vestibule.storage.server import EmbeddedServer


def main(home: str, account: str) -> None:
    server = EmbeddedServer(Path(home), account)
    server.ensure()
    print("open", flush=True)
    for _ in sys.stdin:
        with psycopg.connect(server.owner_conninfo()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS notes (id int GENERATED ALWAYS AS IDENTITY)")
            connection.execute("INSERT INTO notes DEFAULT VALUES")
            row = connection.execute("SELECT count(*) FROM notes").fetchone()
        print(row[0] if row else "none", flush=True)
    server.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
