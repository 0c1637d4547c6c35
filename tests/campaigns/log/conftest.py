"""The cast: a success manager with customers, and somebody who may do everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.customer_success.admin.conftest import desk_of, mia, noah
from tests.factories import UserFactory

__all__ = ["desk_of", "mia", "noah"]


@pytest.fixture
def boss(db: None) -> Any:
    return UserFactory(username="berta", email="berta@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(boss: Any, desk_of: Any) -> Any:
    """The boss's browser."""
    return desk_of(boss)
