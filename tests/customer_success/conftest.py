"""The ground that accounts stand on."""

from __future__ import annotations

import pytest

from customer_success.engine.tiers import load_policies
from lifecycle.engine.defaults import load_defaults
from tests.lifecycle.stage import NOW


@pytest.fixture
def ground(db: None) -> None:
    """The lifecycle of accounts and the tiers, as they are shipped."""
    load_defaults(now=NOW, only="account")
    load_policies()
