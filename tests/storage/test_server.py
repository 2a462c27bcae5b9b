"""The embedded server's life: started on demand, shared, stopped with the last user, recovered from every kill."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.storage.conftest import ACCOUNT, Worker, keeper, postmaster, wait_gone
from vestibule.core.errors import StorageFull, Unavailable
from vestibule.storage.server import EmbeddedServer

Start = Callable[[], Worker]
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to find the keeper")


def test_processes_share_one_server_and_the_last_one_stops_it(home: Path, start_worker: Start) -> None:
    first, second = start_worker(), start_worker()
    first.wait_open()
    second.wait_open()
    server = postmaster(home)
    assert [first.add_note(), second.add_note()] == [1, 2]
    first.leave()
    assert second.add_note() == 3
    assert postmaster(home) == server
    second.leave()
    assert wait_gone(server)


def test_killed_users_let_go(home: Path, start_worker: Start) -> None:
    workers = [start_worker(), start_worker()]
    for worker in workers:
        worker.wait_open()
    server = postmaster(home)
    for worker in workers:
        worker.kill()
    assert wait_gone(server)


@pytest.mark.slow
def test_ten_processes_start_at_once_and_get_the_same_server(home: Path, start_worker: Start) -> None:
    workers = [start_worker() for _ in range(10)]
    for worker in workers:
        worker.wait_open()
    assert [worker.add_note() for worker in workers] == list(range(1, 11))


@pytest.mark.slow
def test_users_that_come_while_the_server_stops_get_a_new_one(home: Path, start_worker: Start) -> None:
    for round_ in range(1, 6):
        worker = start_worker()
        worker.wait_open()
        assert worker.add_note() == round_
        worker.kill()  # the keeper begins to stop the server as the next one arrives


@needs_proc
@pytest.mark.parametrize("victim", [postmaster, keeper])
def test_what_was_written_survives_a_kill(home: Path, start_worker: Start, victim: Callable[[Path], int]) -> None:
    first = start_worker()
    first.wait_open()
    assert first.add_note() == 1
    killed = victim(home)
    os.kill(killed, signal.SIGKILL)
    assert wait_gone(killed)
    second = start_worker()
    second.wait_open()
    assert second.add_note() == 2


@needs_proc
def test_a_server_that_outlived_its_keeper_is_ended_first(home: Path, start_worker: Start) -> None:
    first = start_worker()
    first.wait_open()
    first.add_note()
    orphan = postmaster(home)
    os.kill(orphan, signal.SIGSTOP)  # so that it cannot heed the keeper's death
    os.kill(keeper(home), signal.SIGKILL)
    second = start_worker()
    os.kill(orphan, signal.SIGCONT)
    second.wait_open()
    assert second.add_note() == 2
    assert wait_gone(orphan)


def test_a_stale_process_id_that_belongs_to_another_process_is_no_obstacle(home: Path) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    running = home / "postgres/data/postmaster.pid"
    text = running.read_text()
    server.close()
    assert server.wait_stopped()
    running.write_text(f"{os.getpid()}\n" + text.partition("\n")[2])
    server.ensure()
    assert _ask(server) == 1
    server.close()


def test_the_server_listens_on_no_port_and_its_folders_are_closed(home: Path) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    with psycopg.connect(server.owner_conninfo()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)
    for name in ("", "data", "socket"):
        assert stat.S_IMODE((home / "postgres" / name).stat().st_mode) == 0o700
    for secret in home.glob("postgres/*.password"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    server.close()


@pytest.mark.parametrize("user", ["postgres", "vestibule_owner", "vestibule_request"])
def test_nobody_gets_in_without_a_password(home: Path, user: str) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.owner_conninfo(), user=user, password="guess")
    server.close()


def test_lost_passwords_are_made_anew(home: Path) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    server.close()
    assert server.wait_stopped()
    for secret in home.glob("postgres/*.password"):
        secret.unlink()
    server.ensure()
    assert _ask(server) == 1
    server.close()


def test_a_home_deeper_than_a_socket_path_may_be(home: Path) -> None:
    deep = home / ("deep" * 30) / ("deeper" * 20)
    server = EmbeddedServer(deep, ACCOUNT)
    server.ensure()
    assert _ask(server) == 1
    server.close()
    assert server.wait_stopped()


def test_a_home_deleted_under_a_living_process_is_empty_when_made_anew(home: Path) -> None:
    place = home / "place"
    server = EmbeddedServer(place, ACCOUNT)
    server.ensure()
    with psycopg.connect(server.owner_conninfo()) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    old = postmaster(place)
    shutil.rmtree(place)
    server.ensure()
    with psycopg.connect(server.owner_conninfo()) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    server.close()
    assert server.wait_stopped()
    assert wait_gone(old)


def test_a_damaged_cluster_is_reported_and_left_as_it_is(home: Path) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    server.close()
    assert server.wait_stopped()
    control = home / "postgres/data/global/pg_control"
    control.write_bytes(b"\0" * 8192)
    with pytest.raises(Unavailable, match="does not start") as caught:
        server.ensure()
    assert "backup" in caught.value.next_step
    assert control.read_bytes() == b"\0" * 8192
    server.close()


def test_a_folder_that_is_no_cluster_is_not_overwritten(home: Path) -> None:
    data = home / "postgres/data"
    data.mkdir(parents=True)
    (data / "letter.txt").write_text("mine")
    server = EmbeddedServer(home, ACCOUNT)
    with pytest.raises(Unavailable, match="not a database"):
        server.ensure()
    assert (data / "letter.txt").read_text() == "mine"
    server.close()


def test_a_cluster_of_another_release_is_refused(home: Path) -> None:
    data = home / "postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n")
    server = EmbeddedServer(home, ACCOUNT)
    with pytest.raises(Unavailable, match="made by PostgreSQL 16"):
        server.ensure()
    server.close()


def test_a_creation_cut_short_is_begun_again(home: Path) -> None:
    unfinished = home / "postgres/data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    assert _ask(server) == 1
    assert not unfinished.exists()
    server.close()


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="mounts a small disk")
def test_a_full_disk_leaves_nothing_half_made_and_the_next_start_succeeds(home: Path) -> None:
    disk = home / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    server = EmbeddedServer(disk, ACCOUNT)
    try:
        with pytest.raises(StorageFull, match="is full") as caught:
            server.ensure()
        assert "Free some space" in caught.value.next_step
        assert not list((disk / "postgres").glob("data*"))
        subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
        server.ensure()
        assert _ask(server) == 1
    finally:
        server.close()
        assert server.wait_stopped()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be used"):
        EmbeddedServer(tmp_path / "file", ACCOUNT).ensure()


def test_programs_we_start_do_not_inherit_the_lease(home: Path) -> None:
    server = EmbeddedServer(home, ACCOUNT)
    server.ensure()
    sleeper = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    try:
        server.close()
        assert server.wait_stopped()
        with (home / "postgres/lease").open() as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.kill(sleeper, signal.SIGKILL)
        os.waitpid(sleeper, 0)


def _ask(server: EmbeddedServer) -> int:
    with psycopg.connect(server.owner_conninfo()) as connection:
        row = connection.execute("SELECT 1").fetchone()
    return int(row[0]) if row else 0
