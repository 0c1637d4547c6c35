"""Transitions and events: what happened. Added by the engine, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle import queries
from lifecycle.engine.rollback import Batch
from lifecycle.models import Event, Transition
from lifecycle.templatetags.wording import author_of, customer_link, move_of, shown_lines

from .access import ReadOnlyAdmin
from .paging import CappedList
from .portfolio import FoundByCustomer
from .rollbacks import may_roll_back, rollback_page
from .rule_text import laid_out


class OfCustomers(FoundByCustomer, CappedList, ReadOnlyAdmin):
    """A long list searched by customer."""

    list_select_related: Any = ("customer",)
    sortable_by = ()
    ordering = ("-id",)

    @display(description="Customer")
    def customer_shown(self, row: Any) -> SafeString:
        return customer_link(row.customer)


@admin.register(Transition)
class TransitionAdmin(OfCustomers):
    list_display = ("at", "customer_shown", "lifecycle", "move", "author", "reason")
    list_filter = (("lifecycle", RelatedDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("customer", "lifecycle", "from_tag", "to_tag", "rule", "by")
    fields = ("customer_shown", "lifecycle", "move", "at", "author", "because", "reason", "notes", "recorded_at")
    readonly_fields = ("customer_shown", "move", "at", "author", "because")
    actions_detail = ("take_back",)

    def has_take_back_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return may_roll_back(request)

    @action(description="Take back", icon="undo", permissions=["take_back"])
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = self.get_object(request, object_id)
        way_back = reverse("admin:lifecycle_transition_changelist")
        return rollback_page(self, request, Batch(transition=found) if found else None, way_back=way_back)

    @display(description="When")
    def at(self, transition: Transition) -> str:
        return f"{transition.applied_at:%-d %b %Y, %H:%M}"

    @display(description="Move")
    def move(self, transition: Transition) -> SafeString:
        return move_of(transition)

    @display(description="By")
    def author(self, transition: Transition) -> str:
        return author_of(transition)

    @display(description="Because")
    def because(self, transition: Transition) -> str:
        lines = shown_lines(queries.why(transition))
        return render_to_string("lifecycle/admin/_lines.html", {"lines": lines}) if lines else "A person decided."


@admin.register(Event)
class EventAdmin(OfCustomers):
    list_display = ("at", "customer_shown", "name", "value", "source")
    fields = ("customer_shown", "name", "at", "value", "properties_shown", "source", "message_id", "received_at")
    readonly_fields = ("customer_shown", "at", "properties_shown")

    @display(description="When")
    def at(self, event: Event) -> str:
        return f"{event.occurred_at:%-d %b %Y, %H:%M}"

    @display(description="Properties")
    def properties_shown(self, event: Event) -> SafeString:
        return format_html('<pre class="tn-code-block">{}</pre>', laid_out(event.properties))
