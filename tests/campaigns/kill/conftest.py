"""Servers that may be killed, one of each for all cases."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.servers import place

from .servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    home = Path(tempfile.mkdtemp(prefix="tenure-kill-"))
    home.chmod(0o755)  # their user may not be ours
    made = Servers(home)
    made.start()
    made.migrate()
    yield made
    made.stop()
    shutil.rmtree(place.folder(home).resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
