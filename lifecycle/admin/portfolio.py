"""Lists and pages that show a person the rows of the customers in the person's portfolio, and no others."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from lifecycle import queries

from .autocomplete import Autocompleted

# More would be slower than what they are good for: the text is too short.
_SEARCHED = 200
_MINE, _TEAMS, _SOMEBODYS, _NOBODYS = "mine", "teams", "somebody", "nobody"


class InPortfolio(Autocompleted):
    """Mixed into an admin before ``ModelAdmin``. ``customer_path``: the way from a row to its customer."""

    customer_path = "customer"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # mixed into an admin
        return queries.in_portfolio(rows, request.user, customer=self.customer_path)


class FoundByCustomer(InPortfolio):
    """In the portfolio, and searched by customer."""

    search_fields: Any = ("customer__external_id",)  # shows the box; get_search_results does the work
    search_help_text = "Customer's id, email or name begins with …"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(self.found(request, text)), False

    def found(self, request: HttpRequest, text: str) -> Q:
        """Which rows a text finds."""
        seen = queries.customers_seen(request.user)
        ids = list(queries.customer_ids_found(text, among=seen, most=_SEARCHED)[:_SEARCHED])
        return Q(**{f"{self.customer_path}__in": ids})


class ShownTo:
    """Mixed into an admin whose page names customers in passing: the row knows whom it is ``shown_to``."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        row = super().get_object(request, *args, **kwargs)  # type: ignore[misc]  # mixed into an admin
        if row is not None:
            row.shown_to = request.user
        return row


class OwnerFilter(DropdownFilter):
    """Whose customers, among those that the person sees; somebody is who still works here."""

    title = "success manager"
    parameter_name = "owner"
    path = "owner"  # from a row to the person

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        leads = queries.led_by(request.user).exists()
        return [
            (_MINE, "Mine"),
            *([(_TEAMS, "My teams'")] if leads else []),
            *([(_SOMEBODYS, "Somebody's"), (_NOBODYS, "Nobody's")] if queries.sees_everybody(request.user) else []),
            *(
                (str(one.pk), one.get_full_name() or one.get_username())
                for one in queries.owners_to_choose(request.user)
            ),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None | "":
                return queryset
            case "mine":
                return queryset.filter(**{self.path: request.user.pk})
            case "teams":
                return queryset.filter(**{f"{self.path}__in": queries.led_by(request.user).values("pk")})
            case "somebody":
                return queryset.filter(**{f"{self.path}__is_active": True})
            case "nobody":
                return queryset.filter(**{self.path: None})
            case number:
                is_known = number in {value for value, _ in self.lookup_choices}
                return queryset.filter(**{self.path: int(number)}) if is_known and number.isdigit() else queryset.none()


class CustomerOwnerFilter(OwnerFilter):
    """The same, of rows that belong to a customer."""

    path = "customer__owner"
