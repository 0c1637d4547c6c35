"""What goes wrong: in an order that a seed gives, spread over the work."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

from tests.lifecycle.processes import kill

from .apps import LEASE_SECONDS
from .crew import Crew
from .servers import Servers

KINDS = (
    "kill_child", "stop_child", "restart_postgres", "kill_worker", "flush_broker", "kill_child", "kill_broker",
    "stop_child", "kill_child", "stop_worker", "restart_everything",
)  # fmt: skip


class Nemesis:
    def __init__(self, crew: Crew, servers: Servers, *, seed: int, faults: int) -> None:
        self.crew, self.servers, self.random = crew, servers, random.Random(seed)
        self.left = [KINDS[number % len(KINDS)] for number in range(faults)]
        self.random.shuffle(self.left)
        self.faults, self.done = faults, []
        self.standing: dict[int, float] = {}  # processes that stand still, and until when
        self.woken_at = 0.0

    def look(self, share: float) -> None:
        """Do what its time has come for, when such a share of the work is done."""
        for pid in [pid for pid, until in self.standing.items() if time.monotonic() > until]:
            self.wake(pid)
        while self.left and share * (self.faults + 1) > len(self.done) + 1:
            name = self.left.pop()
            getattr(self, name)()
            self.done.append(name)

    def rest(self) -> bool:
        """Whether all is done, and everybody who stood still has had time to do harm."""
        return not self.left and not self.standing and time.monotonic() > self.woken_at + 2

    def wake(self, pid: int) -> None:
        del self.standing[pid]
        self.woken_at = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def stop(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.standing[pid] = time.monotonic() + LEASE_SECONDS + 2

    def kill_child(self) -> None:
        if children := self.crew.children():
            with suppress(ProcessLookupError):
                os.kill(self.random.choice(children), signal.SIGKILL)

    def stop_child(self) -> None:
        if children := self.crew.children():
            self.stop(self.random.choice(children))

    def stop_worker(self) -> None:
        """With its children, as when a machine is suspended."""
        worker = self.random.choice(self.crew.workers)
        for pid in (worker.pid, *self.crew.children_of(worker)):
            self.stop(pid)

    def kill_worker(self) -> None:
        kill(self.crew.workers.pop(self.random.randrange(len(self.crew.workers))))
        self.crew.hire(1)

    def restart_postgres(self) -> None:
        self.servers.restart_postgres()

    def flush_broker(self) -> None:
        self.servers.flush_broker()

    def kill_broker(self) -> None:
        self.servers.kill_broker()

    def restart_everything(self) -> None:
        self.crew.dismiss()
        self.servers.kill_broker()
        self.servers.restart_postgres()
        self.crew.hire(2)
