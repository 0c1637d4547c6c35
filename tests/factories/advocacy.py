"""What customers do for us, and what they may buy next."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import AdvocacyActivity, AdvocacyPolicy, ExpansionOpportunity

from .lifecycle import CustomerFactory


class AdvocacyActivityFactory(DjangoModelFactory):
    class Meta:
        model = AdvocacyActivity

    customer = factory.SubFactory(CustomerFactory)
    type = "CASE_STUDY"
    title = factory.Sequence("Activity {}".format)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")


class AdvocacyPolicyFactory(DjangoModelFactory):
    class Meta:
        model = AdvocacyPolicy
        django_get_or_create = ("id",)

    id = 1


class ExpansionOpportunityFactory(DjangoModelFactory):
    class Meta:
        model = ExpansionOpportunity

    customer = factory.SubFactory(CustomerFactory)
    kind = "ROI"
    reason = "Measured ROI of 250%."
    probability = 60
    detected_at = factory.LazyFunction(timezone.now)
    refreshed_at = factory.SelfAttribute("detected_at")
