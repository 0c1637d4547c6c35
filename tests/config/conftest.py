"""Homes with real servers in them, which are gone after the test."""

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.servers import place, postgres, process, valkey
from config.servers.process import Server


def remove(home: Path) -> None:
    for server in (postgres.server(home), valkey.server(home)):
        process.send(process.processes(server), signal.SIGKILL)
    shutil.rmtree(place.folder(home).resolve(), ignore_errors=True)
    Path(place.socket_folder(home)).unlink(missing_ok=True) if place.socket_folder(home).startswith("/tmp/") else None
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the servers' user can reach; pytest's own folders are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="tenure-test-"))
    folder.chmod(0o755)
    yield folder
    remove(folder)


@pytest.fixture(params=[postgres, valkey], ids=["postgres", "valkey"])
def server(request: pytest.FixtureRequest, home: Path) -> Server:
    made: Server = request.param.server(home)
    return made


@pytest.fixture
def start(home: Path) -> Callable[[Server], bool]:
    """Starts a server as the product does, but so that it dies with the tests."""

    def begin(server: Server) -> bool:
        with place.lock(home):
            place.prepare(home)
            return process.start(server, tied=True, patience=30)

    return begin
