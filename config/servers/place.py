"""Where the embedded servers of a TENURE_HOME keep their things, and as whom they run.

PostgreSQL refuses to run as root, so root's servers run as `nobody`. Where that user cannot go (a home below /root,
say), the folder lives under /var/tmp and a link in the home leads there. The owner of the folder is the user the
servers run as, so that root can use the servers of somebody's home without taking them away.
"""

import fcntl
import logging
import os
import pwd
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

LONGEST_SOCKET_PATH = 107  # bytes, of sockaddr_un
SHORT = Path("/tmp")  # noqa: S108  only links of ours are made there, and whose they are is checked


class User(TypedDict, total=False):
    """Arguments of subprocess: none for the user we are."""

    user: int
    group: int
    extra_groups: list[int]


def folder(home: Path) -> Path:
    return home / "servers"


def socket_folder(home: Path) -> str:
    """Where the sockets are found. A path too long for the kernel is reached by a link of a short name."""
    sockets = folder(home) / "sockets"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return str(sockets)
    return str(SHORT / f"tenure-{os.geteuid()}-{zlib.crc32(os.fsencode(sockets)):08x}")


def way_to_sockets(home: Path) -> Path:
    """The same for the servers, whose user may not pass through the home itself."""
    sockets = Path(socket_folder(home))
    return sockets if sockets.parent == SHORT else sockets.resolve()


@contextmanager
def lock(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the servers of a home."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "servers.lock").open("a")
    except OSError as error:
        raise SystemExit(
            f"TENURE_HOME is {home}, where nothing can be written ({error.strerror}); name another folder."
        ) from None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def server_user(path: Path) -> User:
    """The owner of `path`, as arguments of subprocess."""
    owner = path.stat()
    if os.geteuid() == owner.st_uid:
        return {}
    if os.geteuid() != 0:
        raise SystemExit(
            f"{path} belongs to another user, so the servers in it cannot be used; name another TENURE_HOME."
        )
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def may_use(path: Path, user: User) -> bool:
    """Asked of the kernel as that user, since modes, access lists and mounts all have a say."""
    return subprocess.run(["test", "-x", path], **user, cwd="/", check=False).returncode == 0


def make_folder(path: Path) -> Path:
    """For the servers alone; root makes it for `nobody`."""
    path.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return path


def prepare(home: Path) -> None:
    """Makes the folder of the servers and the way to their sockets. Call it with the lock held."""
    place = folder(home)
    if place.is_symlink() and not place.exists():
        logging.getLogger(__name__).warning("The servers of %s lived in %s, which is gone.", home, place.readlink())
        place.unlink()
    if not place.exists():
        make_folder(place)
        if not may_use(place, server_user(place)):
            place.rmdir()
            place.symlink_to(make_folder(Path(tempfile.mkdtemp(prefix="tenure-", dir="/var/tmp"))))
    sockets = make_inside(place, "sockets").resolve()
    if (link := Path(socket_folder(home))).parent == SHORT:
        make_link(link, sockets)


def make_link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.lstat().st_uid == os.geteuid() and link.readlink() != target:
        link.unlink()  # ours, of an earlier folder
    with suppress(FileExistsError):
        link.symlink_to(target)
    if not link.is_symlink() or link.lstat().st_uid != os.geteuid():
        raise SystemExit(f"{link} should be our link to {target}, but somebody else made it; remove it.")


def make_inside(place: Path, name: str) -> Path:
    """A folder in the folder of the servers, of the same owner."""
    inside = place / name
    inside.mkdir(mode=0o700, exist_ok=True)
    shutil.chown(inside, place.stat().st_uid, place.stat().st_gid)
    return inside


def program(home: Path, package: str, pattern: str) -> Path:
    """The program that `package` ships at `pattern`, or a copy when the servers' user cannot reach the environment."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(
            f"The Python package {package}, which brings a server, is not installed; set DATABASE_URL and REDIS_URL."
        )
    place = folder(home).resolve()
    packages = Path(spec.origin).parent.parent
    found = next((packages / package).glob(pattern), None)
    if found is None:
        raise SystemExit(
            f"The Python package {package} has no program for this kind of machine; use DATABASE_URL and REDIS_URL."
        )
    if may_use(found, server_user(place)):
        return found
    copies = place / "programs" / f"{package}-{version(package)}"
    if not copies.exists():
        half = Path(tempfile.mkdtemp(dir=place))
        for part in packages.glob(f"{package}*"):  # the package and the libraries that its wheel brings beside it
            if part.name in {package, f"{package}.libs"}:
                shutil.copytree(part, half / part.name, symlinks=True)
        half.chmod(0o755)
        copies.parent.mkdir(exist_ok=True)
        half.rename(copies)  # whole or not at all
    return copies / found.relative_to(packages)
