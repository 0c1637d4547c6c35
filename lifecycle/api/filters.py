"""What lists can be narrowed to. A value that names nothing is a mistake, not an empty list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from lifecycle.models import (
    Customer,
    DailyMetrics,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Lifecycle,
    Recommendation,
    RecommendationState,
    ReviewReason,
    RuleState,
    StatusTag,
    Transition,
    TransitionRule,
)
from lifecycle.rules.traits import PRODUCT_TAGS, PRODUCTS

MAX_ID = 2**63 - 1
_INSTANT = RegexValidator(
    r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$",
    "An instant with its zone is needed, such as 1998-01-31T00:00:00Z.",
)


@extend_schema_field({"type": "string", "maxLength": 40})
class LifecycleFilter(filters.ModelChoiceFilter):
    """A lifecycle by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Lifecycle.objects.all(),
            to_field_name="code",
            error_messages={"invalid_choice": "There is no lifecycle “%(value)s”."},
            **kwargs,
        )


class OneOf(filters.ChoiceFilter):
    """One of a few words; whatever else is asked for is told what they are."""

    def __init__(self, *, choices: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        words = ", ".join(value for value, _ in choices)
        message = f"There is no “%(value)s”; use one of {words}."
        super().__init__(choices=choices, error_messages={"invalid_choice": message}, **kwargs)


class InstantField(forms.CharField):
    """RFC 3339 with a zone: a time without one would be a guess."""

    default_validators = [_INSTANT]

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            # In UTC, for PostgreSQL knows no offsets of 16 hours and more.
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(_INSTANT.message, code="invalid") from error


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(filters.Filter):
    field_class = InstantField


class OfLifecycle(filters.FilterSet):
    """Filters by status tags, whose codes are unique in a lifecycle only."""

    def tags(self, field: str, code: str) -> Iterable[StatusTag]:
        """The tags with a code: of the lifecycle that is asked for, or of all."""
        tags = StatusTag.objects.filter(code=code)
        lifecycle = self.form.cleaned_data.get("lifecycle")
        if lifecycle is not None:
            tags = tags.filter(lifecycle=lifecycle)
        found = list(tags)
        if not found:
            where = f" in the lifecycle {lifecycle.code}" if lifecycle else ""
            raise ValidationError({field: f"There is no status tag “{code}”{where}."})
        return found


@extend_schema_field({"type": "string", "maxLength": 40})
class TagFilter(filters.CharFilter):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(method="with_tag", max_length=40, **kwargs)


class CustomerFilter(OfLifecycle):
    lifecycle = LifecycleFilter(
        method="in_lifecycle", label="Code of a lifecycle; names the one that `tag` belongs to."
    )
    tag = TagFilter(label="Code of the current status tag.")
    plan = filters.CharFilter(label="The plan, exactly.", max_length=60)
    product_tag = OneOf(choices=tuple(PRODUCT_TAGS.items()), label=f"{PRODUCTS}.")
    email = filters.CharFilter(method="with_email", label="The email address; case does not matter.", max_length=254)
    external_id = filters.CharFilter(label="The customer's id in the system that sends the events.", max_length=200)

    class Meta:
        model = Customer
        fields = ("lifecycle", "tag", "plan", "product_tag", "email", "external_id")

    def in_lifecycle(self, customers: QuerySet[Customer], name: str, lifecycle: Lifecycle) -> QuerySet[Customer]:
        if self.form.cleaned_data.get("tag"):
            return customers  # the tag says it already
        return customers.filter(statuses__lifecycle=lifecycle)

    def with_tag(self, customers: QuerySet[Customer], name: str, code: str) -> QuerySet[Customer]:
        tags = self.tags(name, code)
        matching = customers.filter(statuses__tag__in=tags)
        return matching if len(list(tags)) == 1 else matching.distinct()

    def with_email(self, customers: QuerySet[Customer], name: str, email: str) -> QuerySet[Customer]:
        return customers.alias(lower_email=Lower("email")).filter(lower_email=email.lower())


class TransitionFilter(OfLifecycle):
    """Of one customer's transitions."""

    lifecycle = LifecycleFilter(label="Code of a lifecycle.")
    from_tag = TagFilter(label="Code of the tag that was left.")
    to_tag = TagFilter(label="Code of the tag that was entered.")
    since = InstantFilter(field_name="applied_at", lookup_expr="gte", label="Applied at this instant or later.")
    until = InstantFilter(field_name="applied_at", lookup_expr="lt", label="Applied before this instant.")

    class Meta:
        model = Transition
        fields = ("lifecycle", "from_tag", "to_tag", "since", "until")

    def with_tag(self, transitions: QuerySet[Transition], name: str, code: str) -> QuerySet[Transition]:
        return transitions.filter(**{f"{name}__in": self.tags(name, code)})


class AllTransitionsFilter(TransitionFilter):
    customer = filters.NumberFilter(
        field_name="customer_id", label="The numeric id of a customer.", min_value=1, max_value=MAX_ID, decimal_places=0
    )

    class Meta:
        model = Transition
        fields = (*TransitionFilter.Meta.fields, "customer")


class DayFilter(filters.FilterSet):
    since = filters.DateFilter(field_name="metric_date", lookup_expr="gte", label="This day or later.")
    until = filters.DateFilter(field_name="metric_date", lookup_expr="lt", label="Before this day.")

    class Meta:
        model = DailyMetrics
        fields = ("since", "until")


class RecommendationFilter(filters.FilterSet):
    lifecycle = LifecycleFilter(label="Code of a lifecycle.")
    state = OneOf(choices=RecommendationState.choices, label="Where it stands.")
    reason = OneOf(choices=ReviewReason.choices, method="for_reason", label="One of the reasons why a person is asked.")
    snoozed = OneOf(
        choices=(("true", "Yes"), ("false", "No")), method="with_snooze",
        label="Whether it was put off to a later instant.",
    )  # fmt: skip
    rule = filters.CharFilter(field_name="rule__key", label="Key of the rule.", max_length=60)
    customer = filters.NumberFilter(
        field_name="customer_id", label="The numeric id of a customer.", min_value=1, max_value=MAX_ID, decimal_places=0
    )

    class Meta:
        model = Recommendation
        fields = ("lifecycle", "state", "snoozed", "reason", "rule", "customer")

    def with_snooze(self, found: QuerySet[Recommendation], name: str, wanted: str) -> QuerySet[Recommendation]:
        is_snoozed = Q(snoozed_until__gt=timezone.now())
        return found.filter(is_snoozed) if wanted == "true" else found.exclude(is_snoozed)

    def for_reason(self, found: QuerySet[Recommendation], name: str, reason: str) -> QuerySet[Recommendation]:
        return found.filter(reasons__contains=[reason])


class EvaluationFilter(filters.FilterSet):
    lifecycle = LifecycleFilter(label="Code of a lifecycle.")
    state = OneOf(choices=EvaluationState.choices, label="How it went.")
    kind = OneOf(choices=EvaluationKind.choices, label="Over whom it went.")

    class Meta:
        model = Evaluation
        fields = ("lifecycle", "state", "kind")


class RuleFilter(filters.FilterSet):
    lifecycle = LifecycleFilter(label="Code of a lifecycle.")
    state = OneOf(choices=RuleState.choices, label="Where the version stands.")
    key = filters.CharFilter(label="Names the rule across its versions.", max_length=60)

    class Meta:
        model = TransitionRule
        fields = ("lifecycle", "state", "key")
