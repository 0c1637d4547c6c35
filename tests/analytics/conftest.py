"""The clock of the tests of pages."""

from collections.abc import Iterator

import pytest
import time_machine


@pytest.fixture(scope="module")
def stopped(request: pytest.FixtureRequest) -> Iterator[None]:
    """The clock stands at the ``CLOCK`` of the module."""
    with time_machine.travel(request.module.CLOCK, tick=False):
        yield
