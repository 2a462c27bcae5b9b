"""A PostgreSQL of the operator's own, named by `database_url`. Knows what we need of it, and says what is missing.

The role in the URL must own the database. Requests use a second role, `vestibule_request`, which is made here if that
is allowed; its password is kept in the home.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from vestibule.core.errors import Unavailable
from vestibule.storage.cluster import REQUEST, password_file
from vestibule.storage.private import make_folder, write_secret

OLDEST_MAJOR = 15
_CONNECT_TIMEOUT_S = 10


class ExternalServer:
    """The server at `url`, with the request role's password in `home`."""

    def __init__(self, url: str, home: Path) -> None:
        self._url = url
        self._home = home

    def ensure(self) -> None:
        """Return when the server answers and has what we need. Raise `Unavailable` saying what it lacks."""
        try:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S)
        except psycopg.Error:
            raise Unavailable(
                "The database at VESTIBULE_DATABASE_URL cannot be reached.",
                next_step="Check the address, the role and its password, and that the server runs.",
            ) from None
        with connection:
            _check_version(connection)
            _check_ownership(connection)
            _check_vector(connection)
            self._ensure_request_role(connection)
        self._check_request_role()

    def owner_conninfo(self) -> str:
        return self._url

    def request_conninfo(self) -> str:
        password = self._password_file.read_text("ascii").strip()
        return make_conninfo(self._url, user=REQUEST, password=password)

    def close(self) -> None:
        """Nothing to let go of: the server is not ours."""

    @property
    def _password_file(self) -> Path:
        return password_file(self._home, REQUEST)

    def _ensure_request_role(self, connection: Connection[TupleRow]) -> None:
        row = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [REQUEST])
        found = row.fetchone()
        if found and found[0]:
            raise Unavailable(
                f"The role {REQUEST} may bypass row-level security.",
                next_step=f"As a superuser run: ALTER ROLE {REQUEST} NOSUPERUSER NOBYPASSRLS;",
            )
        if not found:
            self._create_request_role(connection)
        elif not self._password_file.exists():
            raise Unavailable(
                f"The role {REQUEST} exists, and its password is not in {self._password_file}.",
                next_step="Copy that file from the home that made the role, or drop the role to have it made anew.",
            )

    def _create_request_role(self, connection: Connection[TupleRow]) -> None:
        password = secrets.token_hex(32)
        make_folder(self._home)
        write_secret(self._password_file, password)
        statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(REQUEST), sql.Literal(password))
        grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(connection.info.dbname), sql.Identifier(REQUEST)
        )
        try:
            with connection.transaction():
                connection.execute(statement)
                connection.execute(grant)
        except psycopg.errors.InsufficientPrivilege:
            raise Unavailable(
                f"The role {REQUEST} is missing and {connection.info.user} may not create it.",
                next_step=f"As a superuser run: CREATE ROLE {REQUEST} LOGIN PASSWORD '…'; with the password "
                f"in {self._password_file}.",
            ) from None
        except psycopg.errors.DuplicateObject:
            self._password_file.unlink()  # another home made it a moment ago, with a password of its own
            self._ensure_request_role(connection)

    def _check_request_role(self) -> None:
        try:
            psycopg.connect(self.request_conninfo(), connect_timeout=_CONNECT_TIMEOUT_S).close()
        except psycopg.OperationalError:
            raise Unavailable(
                f"The role {REQUEST} cannot log in with the password in {self._password_file}.",
                next_step="Write the role's password to that file, and let the role in by pg_hba.conf.",
            ) from None


def _check_version(connection: Connection[TupleRow]) -> None:
    major = connection.info.server_version // 10000
    if major < OLDEST_MAJOR:
        raise Unavailable(
            f"The server at VESTIBULE_DATABASE_URL is PostgreSQL {major}.",
            next_step=f"Use {OLDEST_MAJOR} or newer.",
        )


def _check_ownership(connection: Connection[TupleRow]) -> None:
    row = connection.execute(
        "SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row != (True,):
        name, user = connection.info.dbname, connection.info.user
        raise Unavailable(
            f"The role {user} does not own the database {name}.",
            next_step=f"As a superuser run: ALTER DATABASE {name} OWNER TO {user};",
        )


def _check_vector(connection: Connection[TupleRow]) -> None:
    found = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    if not found:
        raise Unavailable(
            "The server at VESTIBULE_DATABASE_URL has no pgvector.",
            next_step="Install the extension pgvector 0.8 or newer on that server.",
        )
    if not connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone():
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.errors.InsufficientPrivilege:
            raise Unavailable(
                "The extension pgvector is not enabled in the database.",
                next_step="As a superuser run in that database: CREATE EXTENSION vector;",
            ) from None
