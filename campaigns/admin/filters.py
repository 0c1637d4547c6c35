"""Filters of the lists of messages and of enrollments."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from campaigns.models import Campaign, ConsentEntry, Delivery, EndReason, Enrollment, SkipReason
from campaigns.queries.receipts import SENT

ANY_CAMPAIGN = "*"


class CampaignFilter(DropdownFilter):
    """One campaign, by its key: in an address it says what it is; or any of them, where a link asks so."""

    title = "campaign"
    parameter_name = "campaign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        any_of_them = [(ANY_CAMPAIGN, "Any campaign")] if self.value() == ANY_CAMPAIGN else []
        return [*any_of_them, *Campaign.objects.values_list("key", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (key := self.value()):
            return queryset
        if key == ANY_CAMPAIGN:
            return queryset.filter(campaign__isnull=False)
        found = Campaign.objects.filter(key=key).values_list("id", flat=True).first() if "\x00" not in key else None
        return queryset.filter(campaign=found) if found else queryset.none()


class ReasonFilter(DropdownFilter):
    """Why a message was not sent."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in SkipReason.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(reason=value) if value in SkipReason.values else queryset.none()


class SentFilter(DropdownFilter):
    """Whether a provider took the message, whatever became of it then."""

    title = "sent"
    parameter_name = "sent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Sent"), ("no", "Not sent, or not yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        match self.value():
            case "yes":
                return queryset.filter(state__in=SENT)
            case "no":
                return queryset.exclude(state__in=SENT)
            case _:
                return queryset


class ResponseFilter(DropdownFilter):
    """What the customer did with the message."""

    title = "response"
    parameter_name = "response"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("opened", "Opened"), ("clicked", "Clicked"), ("unsubscribed", "Unsubscribed by it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        match self.value():
            case None | "":
                return queryset
            case "opened" | "clicked" as did:
                return queryset.filter(**{f"{did}_at__isnull": False})
            case "unsubscribed":
                return queryset.filter(Exists(ConsentEntry.objects.filter(delivery=OuterRef("pk"), is_given=False)))
            case _:
                return queryset.none()


class GoalFilter(DropdownFilter):
    """Who reached the goal; ``first``: as results count it, once a customer and campaign, and not who was held out."""

    title = "goal"
    parameter_name = "goal"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("reached", "Reached"),
            ("first", "Reached, first time in the campaign, not held out"),
            ("not", "Not reached"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> QuerySet[Enrollment]:
        match self.value():
            case None | "":
                return queryset
            case "reached":
                return queryset.filter(converted_at__isnull=False)
            case "not":
                return queryset.filter(converted_at__isnull=True)
            case "first":
                treated = queryset.exclude(end_reason=EndReason.HOLDOUT)
                return treated.exclude(_was_there()).filter(converted_at__isnull=False)
            case _:
                return queryset.none()


def _was_there() -> Exists:
    """That the customer was in the campaign before."""
    before = Q(entered_at__lt=OuterRef("entered_at")) | Q(entered_at=OuterRef("entered_at"), id__lt=OuterRef("id"))
    own = Enrollment.objects.filter(customer=OuterRef("customer"), campaign=OuterRef("campaign"))
    return Exists(own.filter(before))
