"""Several programs that start, run and end together."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from django.conf import settings

SUPERVISE = textwrap.dedent(
    """
    import sys
    from config import supervisor
    programs = {name: [sys.executable, "-uc", code] for name, code in zip(sys.argv[1::2], sys.argv[2::2])}
    sys.exit(supervisor.run(programs, write=lambda line: print(line, flush=True), patience=1))
    """
)
PATIENT = "import os, time; print('at work', os.getpid()); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PATIENT}"


class Supervised:
    """A supervisor in a process of its own, and what it printed."""

    def __init__(self, **programs: str) -> None:
        arguments = [word for pair in programs.items() for word in pair]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, *arguments],
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )

    def pids(self, number: int) -> list[int]:
        """Of its programs, when so many of them are at work."""
        assert self.process.stdout is not None
        return [int(self.process.stdout.readline().split()[-1]) for _ in range(number)]

    def end(self) -> tuple[int, str]:
        said, _ = self.process.communicate(timeout=20)
        return self.process.returncode, said


def is_gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stops_everything_when_asked(number):
    supervised = Supervised(web=PATIENT, worker=PATIENT)
    pids = supervised.pids(2)

    supervised.process.send_signal(number)

    assert supervised.end()[0] == 0
    assert all(is_gone(pid) for pid in pids)


def test_reports_a_program_that_ends_and_stops_the_others():
    supervised = Supervised(web=PATIENT, worker="import time; time.sleep(0.5); raise SystemExit('no broker')")
    pids = supervised.pids(1)

    code, said = supervised.end()

    assert code == 1
    assert "worker | no broker\n" in said
    assert "The worker process ended by itself with code 1; stopping the others.\n" in said
    assert is_gone(pids[0])


def test_kills_a_program_that_does_not_listen():
    supervised = Supervised(web=STUBBORN)
    pids = supervised.pids(1)

    supervised.process.terminate()

    assert supervised.end()[0] == 0
    assert is_gone(pids[0])


def test_leaves_nothing_behind_when_it_is_killed():
    supervised = Supervised(web=PATIENT, worker=PATIENT)
    pids = supervised.pids(2)

    supervised.process.kill()

    assert all(is_gone(pid) for pid in pids)
    supervised.end()


def test_begins_each_line_with_the_name_of_its_program():
    code, said = Supervised(web="print('one'); print('two')").end()

    assert said.splitlines()[:2] == ["web    | one", "web    | two"]
    assert code == 1
