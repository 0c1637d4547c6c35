"""Starting and stopping a server, whatever an earlier one left behind.

A server is known by its program's name and its working directory, which the kernel tells. Files with process numbers
are not believed: after kill -9 or a restart of the machine they name dead or unrelated processes.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.servers.place import User
from config.tie import tie

ATTEMPTS = 20


@dataclass(frozen=True)
class Server:
    """What there is to know about a server to start, find and stop it."""

    name: str
    program: str  # the name of its process
    folder: Path  # its data, and its working directory
    log: Path
    goodbye: signal.Signals  # asks it to finish soon and in order
    answers: Callable[[], bool]
    prepare: Callable[[], tuple[list[str], User]]  # everything up to the command and the user to run it
    forget: Callable[[], None]  # removes what a dead server left and a new one would stumble over


def processes(server: Server) -> list[int]:
    """The living processes of the server: its main one first, then its children."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (entry / "comm").read_text().strip() == server.program and (
                entry / "cwd"
            ).readlink() == server.folder.resolve():
                found.append(int(entry.name))
        except (OSError, ValueError):  # not a process, gone meanwhile, a zombie, or not ours to look at
            continue
    return sorted(found, key=lambda pid: (parent(pid) in found, pid))


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def is_main(server: Server, pid: int) -> bool:
    """Children of PostgreSQL whose main process was killed rename themselves; only the main one shows its arguments."""
    try:
        return os.fsencode(server.folder.resolve()) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def start(server: Server, *, tied: bool = False, patience: float = 60) -> bool:
    """True when we started it, False when it was there. The caller holds the lock. `tied`: it ends when we do."""
    if server.answers():
        return False
    if sys.platform != "linux":
        raise SystemExit("The embedded servers need Linux; elsewhere set DATABASE_URL and REDIS_URL.")
    command, user = server.prepare()
    ours: subprocess.Popen[bytes] | None = None
    give_up_at, attempts = time.monotonic() + patience, 0
    while not server.answers():
        if time.monotonic() > give_up_at or attempts > ATTEMPTS:
            raise SystemExit(f"{server.name} does not start. The last lines of {server.log}:\n{last_lines(server.log)}")
        if ours is None or ours.poll() is not None:
            earlier = processes(server)
            if not earlier:
                server.forget()
                ours = launch(command, server.log, user, tied_by=server.goodbye if tied else None)
                attempts += 1
            elif not any(is_main(server, pid) for pid in earlier):
                send(earlier, signal.SIGQUIT)  # orphans; a new server must not run beside them
        time.sleep(0.05)
    return ours is not None


def stop(server: Server, *, patience: float = 30) -> bool:
    """True when it ran. It may finish in order; what has not ended after `patience` seconds is killed."""
    found = processes(server)
    if not found:
        return False
    send(found[:1], server.goodbye)
    give_up_at = time.monotonic() + patience
    while left := processes(server):
        if time.monotonic() > give_up_at:
            send(left, signal.SIGKILL)
        time.sleep(0.02)
    return True


def send(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, what)
        except ProcessLookupError:
            continue


def launch(command: list[str], log: Path, user: User, tied_by: signal.Signals | None) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            **user,
            cwd=log.parent.resolve(),  # ours might be out of reach for that user
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C on the terminal is for us alone
            preexec_fn=tie(tied_by) if tied_by else None,  # noqa: PLW1509  see tie
        )


def last_lines(log: Path) -> str:
    return log.read_text(errors="replace")[-1500:] if log.exists() else "(nothing)"
