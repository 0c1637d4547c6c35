"""The processes of one case: workers, what wakes them, the mail server, and customers who say no."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.servers.process import parent
from tests.lifecycle.processes import kill, until

PROCESSES = 2  # of each worker
WORKER = (
    "celery", "--app", "config", "worker", "--queues", "campaigns", "--concurrency", str(PROCESSES),
    "--loglevel", "ERROR", "--without-mingle", "--without-gossip", "--without-heartbeat",
)  # fmt: skip


class Crew:
    """``folder`` holds what the mail server notes, and what the processes have to say."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.others: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, module: str, *arguments: object, **environment: str) -> subprocess.Popen[bytes]:
        """A process that leads a group of its own, so that it can be killed with its children."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *map(str, arguments)], cwd=settings.BASE_DIR, start_new_session=True,
                env={**self.environment, **environment}, stdout=log, stderr=log,
            )  # fmt: skip

    def module(self, name: str, *arguments: object) -> subprocess.Popen[bytes]:
        one = self.start(f"tests.campaigns.kill.{name}", *arguments)
        self.others.append(one)
        return one

    def do(self, name: str, *arguments: object) -> None:
        assert self.module(name, *arguments).wait() == 0, self.log

    def serve_mail(self, seed: int, share: float) -> None:
        server = self.module("mailserver", self.folder, seed, share)
        port = self.folder / "port"
        until(port.exists, server)
        self.environment |= {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port.read_text()}

    def hire(self, number: int, **environment: str) -> None:
        self.workers += [self.start(*WORKER, **environment) for _ in range(number)]

    def dismiss(self) -> None:
        while self.workers:
            kill(self.workers.pop())

    def children(self) -> list[int]:
        """The processes that do the work."""
        return [pid for worker in self.workers for pid in self.children_of(worker)]

    def children_of(self, worker: subprocess.Popen[bytes]) -> list[int]:
        return sorted(pid for pid in _pids() if parent(pid) == worker.pid)

    @property
    def mails(self) -> list[tuple[float, str]]:
        """When the mail server took which message."""
        path = self.folder / "mails"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(float(at), message) for at, message in map(str.split, lines)]

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()[-4000:]


def _pids() -> Iterator[int]:
    return (int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal())


@contextmanager
def crew(folder: Path, environment: dict[str, str]) -> Iterator[Crew]:
    made = Crew(folder, environment)
    try:
        yield made
    finally:
        made.dismiss()
        for one in made.others:
            kill(one)
        time.sleep(0.1)
