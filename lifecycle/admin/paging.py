"""Lists whose price does not grow with the table: they count to a limit and say "10,000+" beyond it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin import ShowFacets
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

MOST = 10_000


class CappedPaginator(Paginator):
    """Counts and pages at most ``MOST`` rows."""

    template_name = "lifecycle/admin/pagination.html"  # Unfold includes it under the list

    @cached_property
    def _found(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows.order_by()[: MOST + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST)

    @property
    def is_capped(self) -> bool:
        return self._found > MOST

    @property
    def count_shown(self) -> str:
        return f"{self.count:,}{'+' if self.is_capped else ''}"


class CappedChangeList(ChangeList):
    """Tells the header of the page a number of results only where the number is the whole truth."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self.paginator.is_capped or not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count


class CappedList:
    """Mixed into an admin before ``ModelAdmin``."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they would count everything for each choice of each filter
    list_per_page = 50
    list_max_show_all = 0

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CappedChangeList]:
        return CappedChangeList
