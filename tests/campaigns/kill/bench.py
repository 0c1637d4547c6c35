"""One case of the kill bench: customers enter, workers send, things go wrong, and the records are compared."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from campaigns.engine.failpoints import VARIABLE as FAILPOINT
from tests.lifecycle.processes import until

from .apps import VARIABLE as BROKEN
from .crew import PROCESSES, Crew, crew
from .nemesis import Nemesis
from .records import Records, read
from .servers import Servers

A_SECOND = 60  # steps; less than two workers can do
OPEN = """
SELECT EXISTS (SELECT FROM campaigns_enrollment WHERE state = 'active')
    OR EXISTS (SELECT FROM campaigns_steprun WHERE state IN ('waiting', 'leased'))
    OR EXISTS (SELECT FROM campaigns_delivery WHERE state = 'sending')
"""


def new_seed() -> int:
    """That of ``SEED``, so that a case can be played again; otherwise any."""
    return int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))


@dataclass
class Case:
    """``share``: of all mails, how many the server loses at each of three moments. ``refusals``: customers say no.

    ``failpoint``: where a worker dies first. ``broken``: the mistake that all workers make.
    """

    steps: int
    faults: int = 0
    share: float = 0.0
    refusals: int = 0
    broken: str = ""
    failpoint: str = ""
    seconds: float = 0  # within which the first steps become due
    seed: int = field(default_factory=new_seed)

    def __post_init__(self) -> None:
        self.seconds = self.seconds or self.steps / A_SECOND

    @property
    def patience(self) -> float:
        """Seconds; only a broken product, or a machine that has much else to do, ever needs them."""
        return 180 + 6 * self.seconds


@dataclass
class Bench:
    """A case whose steps have all come to their end, or are not going to."""

    case: Case
    crew: Crew
    connect: Callable[[], psycopg.Connection]
    nemesis: Nemesis
    took: float = 0

    def records(self) -> Records:
        with self.connect() as connection:
            return read(self.crew.mails, connection)

    def work(self) -> None:
        """Until nothing is left to do, or patience ends: what is missing then, the records tell."""
        began = time.monotonic()
        while time.monotonic() - began < self.case.patience:
            self.nemesis.look(len(self.crew.mails) / (0.8 * self.case.steps))
            if self.nemesis.rest() and not self.is_open():
                break
            time.sleep(0.1)
        self.took = time.monotonic() - began

    def is_open(self) -> bool:
        try:
            with self.connect() as connection:
                [(found,)] = connection.execute(OPEN).fetchall()
        except psycopg.OperationalError:
            return True
        return found

    def reconcile(self, rounds: int = 5) -> Records:
        """Until the server, or a person, has said of each uncertain message what became of it."""
        for _ in range(rounds):
            if not self.records().uncertain:
                break
            self.crew.do("world", "reconcile", self.crew.folder / "mails")
            self.work()
        return self.records()


def die_at(point: str, team: Crew, ticker: subprocess.Popen[bytes]) -> None:
    """A worker dies there, and is not heard of any more. Whichever of its processes gets there first."""
    team.hire(1, **{FAILPOINT: f"{point}:kill"})
    [worker] = team.workers
    until(lambda: len(team.children_of(worker)) == PROCESSES, worker, ticker)
    first = set(team.children_of(worker))
    until(lambda: first - {*team.children_of(worker)}, worker, ticker)
    team.dismiss()


@contextmanager
def played(case: Case, servers: Servers, folder: Path) -> Iterator[Bench]:
    print(f"SEED={case.seed}", case)
    database = servers.new_database(case.steps, case.seconds)
    with crew(folder, servers.environment(database)) as team:
        ticker = team.module("ticker")
        team.serve_mail(case.seed, case.share)
        team.environment[BROKEN] = case.broken
        if case.refusals:
            team.module("optouts", case.refusals, case.seconds / 2, case.seed)
        if case.failpoint:
            die_at(case.failpoint, team, ticker)
        team.hire(1 if case.failpoint else 2)
        nemesis = Nemesis(team, servers, seed=case.seed, faults=case.faults)
        bench = Bench(case, team, lambda: servers.connect(database), nemesis)
        bench.work()
        assert ticker.poll() is None, team.log
        print(f"{bench.took:.0f} s, {bench.records().states}, faults: {nemesis.done}")
        yield bench
