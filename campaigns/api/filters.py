"""What lists can be narrowed to. A value that names nothing is a mistake, not an empty list."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from campaigns.models import (
    Campaign,
    CampaignState,
    Channel,
    Delivery,
    DeliveryState,
    EndReason,
    Enrollment,
    EnrollmentState,
    SkipReason,
    Suppression,
    SuppressionReason,
)
from campaigns.queries.contact import digest_of
from lifecycle.api.filters import MAX_ID, InstantFilter, OneOf


@extend_schema_field({"type": "string", "maxLength": 60})
class CampaignKey(filters.ModelChoiceFilter):
    """A campaign by its key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Campaign.objects.all(),
            to_field_name="key",
            label="Key of a campaign.",
            error_messages={"invalid_choice": "There is no campaign with the key “%(value)s”."},
            **kwargs,
        )


class _OfCustomers(filters.FilterSet):
    customer = filters.NumberFilter(
        field_name="customer_id", label="The numeric id of a customer.", min_value=1, max_value=MAX_ID, decimal_places=0
    )
    external_id = filters.CharFilter(
        field_name="customer__external_id", label="A customer's id in the system that sends the events.", max_length=200
    )
    campaign = CampaignKey()


class CampaignFilter(filters.FilterSet):
    state = OneOf(choices=CampaignState.choices, label="Whether it runs.")

    class Meta:
        model = Campaign
        fields = ("state",)


class EnrollmentFilter(_OfCustomers):
    state = OneOf(choices=EnrollmentState.choices, label="Whether the customer still is inside.")
    end_reason = OneOf(choices=EndReason.choices, label="Why it is not any more.")
    since = InstantFilter(field_name="entered_at", lookup_expr="gte", label="Entered at this instant or later.")

    class Meta:
        model = Enrollment
        fields = ("customer", "external_id", "campaign", "state", "end_reason", "since")


class DeliveryFilter(_OfCustomers):
    channel = OneOf(choices=Channel.choices, label="How it goes out.")
    state = OneOf(choices=DeliveryState.choices, label="What became of it.")
    reason = OneOf(choices=SkipReason.choices, label="Why it waits, or was not sent.")
    since = InstantFilter(field_name="planned_at", lookup_expr="gte", label="Planned for this instant or later.")

    class Meta:
        model = Delivery
        fields = ("customer", "external_id", "campaign", "channel", "state", "reason", "since")


class SuppressionFilter(filters.FilterSet):
    address = filters.CharFilter(method="of_address", label="The whole address; case does not matter.", max_length=254)
    reason = OneOf(choices=SuppressionReason.choices, label="Why nothing is sent there.")

    class Meta:
        model = Suppression
        fields = ("address", "reason")

    def of_address(self, rows: QuerySet[Suppression], name: str, address: str) -> QuerySet[Suppression]:
        return rows.filter(digest=digest_of(address))
