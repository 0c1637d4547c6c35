"""For whom a condition of a campaign holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from campaigns.definition.parts import Tree
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import CustomerStatus
from lifecycle.rules.parse import parse
from lifecycle.sql.conditions import compiled
from lifecycle.sql.moments import Moment, bind, named
from lifecycle.sql.run import rows


@dataclass(frozen=True, slots=True)
class Holds:
    """SQL that selects the customers for whom a condition holds, with its parameters."""

    sql: str
    params: dict[str, Any]


def customers_for_whom(tree: Tree, *, lifecycle: str, as_of: datetime) -> Holds:
    """A comparison with a missing value is false; ``lifecycle``: whose tags the condition speaks of."""
    sql, moments = _compiled(msgspec.json.encode(tree), lifecycle)
    return Holds(sql, bind(moments, as_of))


@lru_cache(maxsize=500)
def _compiled(tree: bytes, lifecycle: str) -> tuple[str, dict[str, Moment]]:
    node = parse(msgspec.json.decode(tree), CATALOGUE)
    statuses = CustomerStatus.objects.filter(compiled(node), lifecycle__code=lifecycle).order_by()
    return named(*statuses.values("customer_id").query.sql_with_params())


def customers_meeting(tree: Tree, *, lifecycle: str, customers: Collection[int], as_of: datetime) -> set[int]:
    """Those of some customers for whom a condition holds."""
    holds = customers_for_whom(tree, lifecycle=lifecycle, as_of=as_of)
    sql = f"SELECT customer_id FROM ({holds.sql}) AS holds WHERE customer_id = ANY(%(customers)s)"
    return {customer for (customer,) in rows(sql, **holds.params, customers=list(customers))}
