"""Customers that change hands."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import Handover

from .lifecycle import CustomerFactory, UserFactory


class HandoverFactory(DjangoModelFactory):
    class Meta:
        model = Handover

    customer = factory.SubFactory(CustomerFactory)
    to_owner = factory.SubFactory(UserFactory)
    note = "On leave until May"
    by = factory.SelfAttribute("to_owner")
    at = factory.LazyFunction(timezone.now)
