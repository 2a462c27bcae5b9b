"""Brings a database to the newest schema. Knows how versions are applied, not what is in them.

Everything of ours lives in the schema `vestibule`, so that a database may be shared with other software.
"""

from __future__ import annotations

import threading
from importlib.resources import files

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import NullPool, create_engine

from vestibule.core.errors import Unavailable

SEARCH_PATH = "-c search_path=vestibule,public"
_LOCK_ID = 0x76657374  # "vest": one advisory lock for all processes that migrate one database
_ALEMBIC = threading.Lock()  # its context is one per process, whatever the database


def migrate(conninfo: str) -> None:
    """Apply the versions that are missing, one process at a time. Blocks; raise `Unavailable` if it cannot be done."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_ID])
        if applied(connection) != heads():
            connection.execute("CREATE SCHEMA IF NOT EXISTS vestibule")
            _upgrade(conninfo)


def applied(connection: psycopg.Connection[tuple[object, ...]]) -> frozenset[str]:
    """Versions the database is at; empty if it has none."""
    if connection.execute("SELECT to_regclass('vestibule.alembic_version')").fetchone() == (None,):
        return frozenset()
    return frozenset(str(row[0]) for row in connection.execute("SELECT version_num FROM vestibule.alembic_version"))


def heads() -> frozenset[str]:
    """Versions this installation brings a database to."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


def _upgrade(conninfo: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool)
    config = _config()
    with _ALEMBIC, engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "heads")
        except CommandError as error:
            raise Unavailable(
                f"The database cannot be brought to this version of Vestibule: {error}.",
                next_step="It was probably used by a newer Vestibule; install that one, or restore a backup.",
            ) from None


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("vestibule.storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
