"""Real processes on the test's database: started, killed in the middle of their work, waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

PATIENCE = 120  # seconds; only a broken product ever waits so long


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return start([sys.executable, "manage.py", *arguments], environment)


def worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    options = [
        "--concurrency",
        "2",
        "--loglevel",
        "ERROR",
        "--without-mingle",
        "--without-gossip",
        "--without-heartbeat",
    ]
    return start([sys.executable, "-m", "celery", "--app", "config", "worker", *options], environment)


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A process that leads a group of its own, so that it can be killed with its children."""
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the children included."""
    if process.returncode == -signal.SIGKILL:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


@contextmanager
def running(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        kill(process)


def until(is_so: Callable[[], object], *processes: subprocess.Popen[bytes]) -> None:
    """Wait for something that the processes, which have to stay alive, will bring about."""
    begun = time.monotonic()
    while not is_so():
        assert all(one.poll() is None for one in processes), "the process ended before that"
        assert time.monotonic() - begun < PATIENCE, "it never came to be"
        time.sleep(0.02)
