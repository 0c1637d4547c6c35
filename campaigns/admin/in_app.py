"""Messages that front ends fetch and acknowledge."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from campaigns.models import InAppMessage
from customer_success.admin.tasks import CustomerFilter
from lifecycle.admin.history import OfCustomers

from .words import shown


@admin.register(InAppMessage)
class InAppMessageAdmin(OfCustomers):
    when_empty = "Steps of the kind “in-app message” leave their messages here; a front end fetches them by the API."
    list_display = ("at", "customer_shown", "title", "how_far")
    list_filter = (CustomerFilter,)
    list_filter_submit = True
    ordering = ("-delivery_id",)
    fields = (
        "customer_shown", "delivery", "title", "body", "url", "at", "fetched_at", "acknowledged_at", "expires_at",
    )  # fmt: skip
    readonly_fields = ("customer_shown", "at")

    @display(description="When")
    def at(self, message: InAppMessage) -> str:
        return shown(message.created_at)

    @display(description="How far")
    def how_far(self, message: InAppMessage) -> str:
        if message.acknowledged_at:
            return f"Acknowledged {shown(message.acknowledged_at)}"
        return f"Fetched {shown(message.fetched_at)}" if message.fetched_at else "Not fetched yet"
