"""`manage.py serve` and `manage.py servers`, as somebody at a terminal sees them."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.management.commands.serve import lead_to
from config.servers import place


@pytest.fixture
def at_home(home: Path) -> dict[str, str]:
    """The environment of a process that lives in a home of its own, with embedded servers."""
    return {**os.environ, "TENURE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "INFO"}


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def used_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_used_port_is_said_before_anything_is_started(command, at_home, used_port, home):
    ended = manage(command, f"--port={used_port}", environment=at_home)

    assert ended.stderr.startswith(f"CommandError: Port {used_port} cannot be used: ")
    assert ended.returncode == 1
    assert not place.folder(home).exists()


def test_missing_tables_are_a_sentence_and_leave_no_server_behind(at_home):
    ended = manage("serve", f"--port={free_port()}", environment=at_home)

    assert ended.stderr == "CommandError: The database lacks tables of this version; run `manage.py migrate` first.\n"
    assert manage("servers", "status", environment=at_home).stdout == "PostgreSQL is down.\nValkey is down.\n"


def test_servers_are_started_shown_and_stopped(at_home):
    started = manage("servers", "start", environment=at_home)
    shown = manage("servers", "status", environment=at_home)
    stopped = manage("servers", "stop", environment=at_home)

    assert re.search(r"PostgreSQL runs as process \d+, data in .*\.\nValkey runs as process \d+", started.stdout)
    assert (shown.stdout, shown.returncode) == (started.stdout, 0)
    assert stopped.stdout == "PostgreSQL is down.\nValkey is down.\n"
    assert manage("servers", "status", environment=at_home).returncode == 1


def test_servers_of_your_own_are_left_alone(at_home):
    own = {"DATABASE_URL": "postgres://db.example.com/tenure", "REDIS_URL": "redis://cache.example.com"}

    ended = manage("servers", "start", environment={**at_home, **own, "SECRET_KEY": "x" * 50})

    assert ended.stdout == (
        "DATABASE_URL names a server of your own, which is left alone.\n"
        "REDIS_URL names a server of your own, which is left alone.\n"
    )


def test_a_command_that_needs_a_server_starts_it(at_home):
    connect = "from django.db import connection; connection.ensure_connection(); print('connected')"

    ended = manage("shell", "--no-imports", "--command", connect, environment=at_home)

    assert (ended.stdout, ended.returncode) == ("connected\n", 0)


def test_a_command_that_needs_no_server_starts_none(at_home, home):
    ended = manage("diffsettings", environment=at_home)

    assert ended.returncode == 0
    assert not place.folder(home).exists()


@pytest.fixture
def served(child_environment: dict[str, str], home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The product in full on the test's database, and its address."""
    port = free_port()
    environment = {
        **child_environment,
        "TENURE_HOME": str(home),
        "LOG_LEVEL": "INFO",
        "WEB_PROCESSES": "1",
        "WORKER_PROCESSES": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "serve", f"--port={port}"],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


def read_until(process: subprocess.Popen[str], *wanted: str) -> None:
    """Reads what it prints until each of the texts was there."""
    assert process.stdout is not None
    missing = set(wanted)
    for line in process.stdout:
        missing -= {text for text in missing if text in line}
        if not missing:
            return
    raise AssertionError(f"ended without saying {missing}")


def children(pid: int) -> dict[str, int]:
    """The programs that it started, by name."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_text()
        found[next(name for name in ("gunicorn", "campaigns", "worker", "beat") if name in words)] = int(child)
    return found


@pytest.mark.worker
def test_serves_until_ctrl_c_which_stops_everything(served):
    process, address = served
    read_until(process, "Tenure serves", "ready.")

    with urllib.request.urlopen(f"{address}/health/ready") as answer:
        assert answer.status == 200
    started = children(process.pid)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)

    assert set(started) == {"gunicorn", "campaigns", "worker", "beat"}
    assert said.endswith("Stopped.\n")
    assert process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in started.values())


@pytest.mark.worker
def test_a_worker_that_dies_is_reported_and_stops_the_rest(served):
    process, _ = served
    read_until(process, "Tenure serves", "ready.")

    os.kill(children(process.pid)["worker"], signal.SIGKILL)
    said, _ = process.communicate(timeout=30)

    assert "The worker process ended by itself with code -9; stopping the others." in said
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [("http://localhost:8000", "http://localhost:9001"), ("https://tenure.example", "https://tenure.example")],
)
def test_links_in_mails_lead_to_the_port_that_is_served(settings, monkeypatch, before, after):
    monkeypatch.setenv("TENURE_PORT", "8000")
    settings.TENURE_PORT, settings.PUBLIC_URL = 8000, before

    lead_to(9001)

    assert after == settings.PUBLIC_URL
    assert os.environ["TENURE_PORT"] == "9001"
