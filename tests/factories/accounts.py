"""Accounts, their profiles and tiers, and what people have to do for them."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import (
    Account,
    Stakeholder,
    StakeholderRole,
    SuccessProfile,
    Task,
    TierChange,
    TierPolicy,
    ValueMetric,
)

from .lifecycle import CustomerFactory


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    opened_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("opened_at")
    profile = factory.RelatedFactory("tests.factories.SuccessProfileFactory", "account")


class SuccessProfileFactory(DjangoModelFactory):
    class Meta:
        model = SuccessProfile

    account = factory.SubFactory(AccountFactory, profile=None)
    updated_at = factory.LazyFunction(timezone.now)


class ValueMetricFactory(DjangoModelFactory):
    class Meta:
        model = ValueMetric

    profile = factory.SubFactory(SuccessProfileFactory)
    name = factory.Sequence("Value {}".format)


class StakeholderFactory(DjangoModelFactory):
    class Meta:
        model = Stakeholder

    profile = factory.SubFactory(SuccessProfileFactory)
    name = factory.Sequence("Stakeholder {}".format)
    role = StakeholderRole.KEY_STAKEHOLDER


class TierPolicyFactory(DjangoModelFactory):
    class Meta:
        model = TierPolicy
        django_get_or_create = ("tier",)

    tier = "ENTERPRISE"
    from_revenue = 100_000
    response_hours = 2


class TierChangeFactory(DjangoModelFactory):
    class Meta:
        model = TierChange

    customer = factory.SubFactory(CustomerFactory)
    to_tier = "ENTERPRISE"
    reason = "Annual revenue"
    changed_at = factory.LazyFunction(timezone.now)


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    customer = factory.SubFactory(CustomerFactory)
    title = factory.Sequence("Task {}".format)
    created_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda task: task.created_at + timedelta(days=1))
