"""Scorecards and scores."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import (
    CustomerHealth,
    HealthAlert,
    HealthOverride,
    HealthScore,
    Scorecard,
    ScorecardVersion,
    Scoring,
)

from .lifecycle import CustomerFactory, UserFactory


class ScorecardFactory(DjangoModelFactory):
    class Meta:
        model = Scorecard

    code = factory.Sequence("scorecard-{}".format)
    name = factory.Sequence("Scorecard {}".format)
    priority = 10


class ScorecardVersionFactory(DjangoModelFactory):
    class Meta:
        model = ScorecardVersion

    scorecard = factory.SubFactory(ScorecardFactory)
    number = factory.Sequence(lambda number: number + 1)
    definition = factory.LazyFunction(dict)


class HealthScoreFactory(DjangoModelFactory):
    class Meta:
        model = HealthScore

    customer = factory.SubFactory(CustomerFactory)
    score = 72
    level = "GOOD"
    recorded_at = factory.LazyFunction(timezone.now)
    day = factory.LazyAttribute(lambda score: score.recorded_at.date())


class CustomerHealthFactory(DjangoModelFactory):
    class Meta:
        model = CustomerHealth

    customer = factory.SubFactory(CustomerFactory)
    score = 72
    level = "GOOD"
    computed_score = 72
    computed_level = "GOOD"
    computed_at = factory.LazyFunction(timezone.now)
    day = factory.LazyAttribute(lambda health: health.computed_at.date())


class ScoringFactory(DjangoModelFactory):
    class Meta:
        model = Scoring
        django_get_or_create = ("id",)

    id = 1


class HealthOverrideFactory(DjangoModelFactory):
    class Meta:
        model = HealthOverride

    customer = factory.SubFactory(CustomerFactory)
    score = 30
    reason = "They told us that they leave"
    by = factory.SubFactory(UserFactory)
    made_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda override: override.made_at + timedelta(days=30))


class HealthAlertFactory(DjangoModelFactory):
    class Meta:
        model = HealthAlert

    customer = factory.SubFactory(CustomerFactory)
    kind = "RED_ZONE"
    threshold = 40
    score = 35
    opened_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda alert: alert.opened_at + timedelta(days=1))
