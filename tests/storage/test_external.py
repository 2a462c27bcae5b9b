"""A server of the operator's own, named by its URL: played by an embedded cluster of another home."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.storage.conftest import ACCOUNT
from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings
from vestibule.storage.binaries import programs, server_account
from vestibule.storage.cluster import Cluster
from vestibule.storage.database import Database
from vestibule.storage.external import ExternalServer
from vestibule.storage.server import EmbeddedServer


@pytest.fixture
def operators(home: Path) -> Iterator[EmbeddedServer]:
    """The operator's server; `home` is where it lives, and no home of ours."""
    server = EmbeddedServer(home, ACCOUNT)
    yield server
    server.close()


def _as_superuser(home: Path, server: EmbeddedServer, *statements: str, database: str = "vestibule") -> str:
    """Run statements on the stopped server, then start it; the owner's URL."""
    server.ensure()
    server.close()
    assert server.wait_stopped()
    account = server_account(ACCOUNT)
    cluster = Cluster(home / "postgres", account, programs(account))
    for statement in statements:
        cluster.command(statement, database)
    server.ensure()
    return server.owner_conninfo()


async def test_the_request_role_is_made_and_used(home: Path, operators: EmbeddedServer, tmp_path: Path) -> None:
    url = _as_superuser(
        home,
        operators,
        "DROP OWNED BY vestibule_request",
        "DROP ROLE vestibule_request",
        "ALTER ROLE vestibule_owner CREATEROLE",
    )
    hba = home / "postgres/data/pg_hba.conf"
    assert "vestibule_request" in hba.read_text()
    settings = Settings(home=tmp_path / "ours", database_url=url)
    for _ in range(2):  # the second time everything is there
        database = await Database.open(settings)
        async with database.tenant("a") as connection:
            row = await (await connection.execute("SELECT session_user::text, '[1]'::vector::text")).fetchone()
        assert row == ("vestibule_request", "[1]")
        await database.close()
    assert stat.S_IMODE((tmp_path / "ours/vestibule_request.password").stat().st_mode) == 0o600


async def test_a_role_that_may_not_make_roles_is_told_what_to_ask_for(
    home: Path, operators: EmbeddedServer, tmp_path: Path
) -> None:
    url = _as_superuser(home, operators, "DROP OWNED BY vestibule_request", "DROP ROLE vestibule_request")
    with pytest.raises(Unavailable, match="may not create") as caught:
        await Database.open(Settings(home=tmp_path, database_url=url))
    assert "CREATE ROLE vestibule_request" in caught.value.next_step


async def test_a_request_role_whose_password_is_elsewhere(operators: EmbeddedServer, tmp_path: Path) -> None:
    operators.ensure()
    settings = Settings(home=tmp_path, database_url=operators.owner_conninfo())
    with pytest.raises(Unavailable, match="password is not in"):
        await Database.open(settings)
    (tmp_path / "vestibule_request.password").write_text("wrong")
    with pytest.raises(Unavailable, match="cannot log in"):
        await Database.open(settings)


async def test_a_request_role_that_bypasses_isolation_is_refused(
    home: Path, operators: EmbeddedServer, tmp_path: Path
) -> None:
    url = _as_superuser(home, operators, "ALTER ROLE vestibule_request BYPASSRLS")
    with pytest.raises(Unavailable, match="bypass"):
        await Database.open(Settings(home=tmp_path, database_url=url))


async def test_a_database_without_pgvector(home: Path, operators: EmbeddedServer, tmp_path: Path) -> None:
    url = _as_superuser(home, operators, "DROP EXTENSION vector")
    with pytest.raises(Unavailable, match="pgvector is not enabled") as caught:
        await Database.open(Settings(home=tmp_path, database_url=url))
    assert "CREATE EXTENSION vector" in caught.value.next_step


async def test_a_role_that_does_not_own_the_database(operators: EmbeddedServer, tmp_path: Path) -> None:
    operators.ensure()
    settings = Settings(home=tmp_path, database_url=operators.request_conninfo())
    with pytest.raises(Unavailable, match="does not own"):
        await Database.open(settings)


async def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        await Database.open(Settings(home=tmp_path, database_url="postgresql://u:secret-word@127.0.0.1:1/d"))
    assert "VESTIBULE_DATABASE_URL" in caught.value.message
    assert "secret-word" not in str(caught.value)


async def test_a_url_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="VESTIBULE_DATABASE_URL"):
        await Database.open(Settings(home=tmp_path, database_url="mysql://x"))


def test_an_old_server_is_refused(operators: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operators.ensure()
    monkeypatch.setattr("vestibule.storage.external.OLDEST_MAJOR", 99)
    with pytest.raises(Unavailable, match="is PostgreSQL 18"):
        ExternalServer(operators.owner_conninfo(), tmp_path).ensure()


def test_the_superuser_cannot_log_in(operators: EmbeddedServer) -> None:
    operators.ensure()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(operators.owner_conninfo(), user="postgres", password="")
