"""Customers: the list and the page of one. What is known of them comes from events, so nothing is edited here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from lifecycle import queries
from lifecycle.metrics.daily import DAYS
from lifecycle.models import Customer, CustomerFacts, CustomerStatus, Lifecycle
from lifecycle.templatetags.wording import tag_label

from .access import ReadOnlyAdmin
from .current import active_lifecycles
from .customer_page import customer_page
from .erasing import erase_page
from .filters import EnrolledFilter, PlanFilter, tag_filters
from .move import move_by_hand
from .paging import CappedList
from .pins import pin_page
from .portfolio import InPortfolio, OwnerFilter


@admin.register(Customer)
class CustomerAdmin(InPortfolio, CappedList, ReadOnlyAdmin):
    customer_path = ""
    actions: Any = ()  # floors above add what they do with many customers
    list_filter_submit = True
    search_fields = ("external_id", "email", "name")  # shows the box; get_search_results does the work
    search_help_text = "Id, email or name begins with …"
    sortable_by = ()
    ordering = ("-id",)
    when_empty = "Customers come with their first event (POST /api/events) or with manage.py import_orders."
    actions_detail = ("move", "erase")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        statuses = CustomerStatus.objects.select_related("tag")
        found = super().get_queryset(request).select_related("facts", "owner")
        return found.prefetch_related(Prefetch("statuses", statuses, to_attr="current"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        text = search_term.strip()
        return (queryset.filter(id__in=_found(request, text)) if text else queryset), False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        tags = [_tag_column(lifecycle) for lifecycle in active_lifecycles(request)]
        return ["who", *tags, "plan_shown", "product", "owner_shown", "last_activity"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        tags = tag_filters(active_lifecycles(request))
        return [*tags, PlanFilter, ("product_tag", ChoicesDropdownFilter), OwnerFilter, EnrolledFilter]

    @display(description="Customer", header=True)
    def who(self, customer: Customer) -> list[str]:
        name = str(customer)
        others = [one for one in (customer.email, customer.external_id) if one and one != name]
        return [name, others[0] if others else ""]

    @display(description="Plan", empty_value="–")
    def plan_shown(self, customer: Customer) -> str | None:
        return customer.plan

    @display(description="Product", empty_value="–")
    def product(self, customer: Customer) -> str | None:
        return customer.get_product_tag_display() or None

    @display(description="Success manager", empty_value="–")
    def owner_shown(self, customer: Customer) -> str | None:
        return str(customer.owner) if customer.owner else None

    @display(description="Last activity", empty_value="–")
    def last_activity(self, customer: Customer) -> str | None:
        try:
            at = customer.facts.last_event_at
        except CustomerFacts.DoesNotExist:
            return None
        return f"{at:%-d %b %Y}" if at else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        customer = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if customer is not None and self.has_view_permission(request, customer):
            context = {
                "page": customer_page(request, customer, now=timezone.now()),
                "window_days": DAYS,
                "may_move": self.has_move_permission(request),
                "may_decide": request.user.has_perm("lifecycle.view_recommendation"),
                "may_see_rules": request.user.has_perm("lifecycle.view_transitionrule"),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    # A method, not the permission's name: Unfold would look the name up in the database at start.
    def has_move_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.add_transition")

    def has_assign_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.assign_customer")

    def has_erase_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.delete_customer")

    def get_urls(self) -> list[URLPattern]:
        pin = path("<path:object_id>/pin/", self.admin_site.admin_view(self.pin), name="lifecycle_customer_pin")
        return [pin, *super().get_urls()]

    def pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_move_permission(request)):
            raise PermissionDenied
        return pin_page(self, request, object_id, now=timezone.now())

    @action(description="Move by hand", icon="swap_horiz", permissions=["view", "move"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return move_by_hand(self, request, object_id, now=timezone.now())

    @action(description="Erase", icon="person_remove", permissions=["view", "erase"])
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return erase_page(self, request, object_id, now=timezone.now())


def _found(request: HttpRequest, text: str) -> QuerySet[Customer, int]:
    return queries.customer_ids_found(text, among=queries.customers_seen(request.user))


def _tag_column(lifecycle: Lifecycle) -> Callable[[Customer], SafeString]:
    @display(description=lifecycle.name)
    def column(customer: Customer) -> SafeString:
        current: list[CustomerStatus] = customer.current  # type: ignore[attr-defined]  # prefetched
        return tag_label(next((status.tag for status in current if status.lifecycle_id == lifecycle.id), None))

    column.__name__ = f"tag_in_{lifecycle.id}"
    return column
