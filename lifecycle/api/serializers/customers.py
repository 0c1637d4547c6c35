"""Customers: who they are, where they stand, what is known of them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle.models import Customer, CustomerStatus
from lifecycle.rules.traits import PRODUCT_TAGS

from .fields import plain_all


class CurrentTagSerializer(serializers.Serializer):
    """The current tag in one lifecycle."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    tag = serializers.CharField(
        source="tag.code", default=None, read_only=True, allow_null=True, help_text="Null while untagged."
    )
    name = serializers.CharField(source="tag.name", default=None, read_only=True, allow_null=True)
    category = serializers.CharField(source="tag.category", default=None, read_only=True, allow_null=True)
    applied_date = serializers.DateTimeField(
        source="entered_at", allow_null=True, help_text="Null until the first move."
    )


class CustomerSerializer(serializers.ModelSerializer):
    """A customer with its current tag in each lifecycle."""

    product_tag = serializers.ChoiceField(choices=tuple(PRODUCT_TAGS.items()), allow_null=True)
    status_tags = CurrentTagSerializer(source="statuses", many=True)

    class Meta:
        model = Customer
        fields: tuple[str, ...] = (
            "id", "external_id", "email", "name", "plan", "product_tag", "tier", "timezone", "created_at", "updated_at",
            "status_tags",
        )  # fmt: skip
        read_only_fields = fields


class StandingSerializer(CurrentTagSerializer):
    """The current tag in one lifecycle, with the facts that count from entering it."""

    facts = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(help_text="Metrics that depend on the current tag."))
    def get_facts(self, status: CustomerStatus) -> object:
        return plain_all(self.context["facts"].in_lifecycle.get(status.lifecycle_id, {}))


class CustomerDetailSerializer(CustomerSerializer):
    """A customer with everything that rules can read."""

    status_tags = StandingSerializer(source="statuses", many=True)
    facts = serializers.SerializerMethodField()

    class Meta(CustomerSerializer.Meta):
        fields = (*CustomerSerializer.Meta.fields, "traits", "facts")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(help_text="Every other metric of the catalogue; null if not known."))
    def get_facts(self, customer: Customer) -> object:
        return plain_all(self.context["facts"].everywhere)
