"""Brings a database to the newest schema. Knows how versions are applied, not what is in them.

Everything of ours lives in the schema `vestibule`, so that a database may be shared with other software.
"""

from __future__ import annotations

import re
import threading
from importlib.resources import files

import psycopg

from vestibule.core.errors import Unavailable

SEARCH_PATH = "-c search_path=vestibule,public"
_LOCK_ID = 0x76657374  # "vest": one advisory lock for all processes that migrate one database
_ALEMBIC = threading.Lock()  # its context is one per process, whatever the database
_VERSION = re.compile(r'^(revision|down_revision)\b[^=\n]*= (?:"(\w+)"|None)$', re.M)


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
    """Versions this installation brings a database to: those that no other builds upon. Read from the files' own words,
    as every start asks and Alembic's import alone would take 0.2 s and 20 MB."""
    named: set[str] = set()
    built_upon: set[str] = set()
    for version in (files("vestibule.storage") / "migrations" / "versions").iterdir():
        if version.name.endswith(".py"):
            said = dict(_VERSION.findall(version.read_text("utf-8")))
            named.add(said["revision"])
            built_upon.add(said["down_revision"])
    return frozenset(named - built_upon)


def _upgrade(conninfo: str) -> None:
    from alembic import command  # takes SQLAlchemy along; only a database that lacks versions needs it
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import NullPool, create_engine

    config = Config()
    config.set_main_option("script_location", str(files("vestibule.storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool)
    with _ALEMBIC, engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "heads")
        except CommandError as error:
            raise Unavailable(
                f"The database cannot be brought to this version of Vestibule: {error}.",
                next_step="It was probably used by a newer Vestibule; install that one, or restore a backup.",
            ) from None
