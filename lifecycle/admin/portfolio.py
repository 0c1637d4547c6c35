"""Lists and pages that show a person the rows of the customers in the person's portfolio, and no others."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from lifecycle.queries import in_portfolio


class InPortfolio:
    """Mixed into an admin before ``ModelAdmin``. ``customer_path``: the way from a row to its customer."""

    customer_path = "customer"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return in_portfolio(rows, request.user, customer=self.customer_path)
