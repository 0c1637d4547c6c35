"""The customers behind a key figure, in pages by their ids: a page costs the same however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from analytics.rules.kpis import Fold, Kpi
from analytics.sql import reports
from lifecycle.models import Lifecycle

from .reports import run

PAGE = 50
_CHUNK = 2_000

# Which customers stand behind a figure, with what? In the order of their ids.
_BEHIND = """
SELECT c.id, tenure_name(c) AS name, c.external_id, each.value{whole}
FROM (\n{statement}\n) AS each JOIN lifecycle_customer AS c ON c.id = each.customer_id
WHERE each.customer_id > %(after)s{only}
ORDER BY each.customer_id LIMIT %(limit)s
"""
_ONLY = {"": "", "counted": " AND each.value = 1", "not_counted": " AND each.value = 0"}


def customers_behind(
    kpi: Kpi, *, owners: Collection[int] | None, as_of: datetime, only: str = "", after: int = 0, limit: int = PAGE
) -> list[Any]:
    """Rows of ``id, name, external_id, value``, of a ratio ``whole`` as well, from the customer after ``after`` on.
    ``only``: of a share, ``counted`` or ``not_counted``."""
    lifecycle = Lifecycle.objects.filter(code=kpi.lifecycle, is_active=True).values_list("id", flat=True).first()
    whole = ", each.whole" if kpi.fold is Fold.RATIO else ""
    asked = _BEHIND.format(statement=reports()[kpi.report].statement, whole=whole, only=_ONLY[only])
    return run(asked, owners=owners, as_of=as_of, lifecycle=lifecycle, after=after, limit=limit)


def all_behind(kpi: Kpi, *, owners: Collection[int] | None, as_of: datetime, only: str = "") -> Iterator[Any]:
    """All of them, a piece at a time."""
    after = 0
    while rows := customers_behind(kpi, owners=owners, as_of=as_of, only=only, after=after, limit=_CHUNK):
        yield from rows
        after = rows[-1].id
