"""Business reviews."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import BusinessReview, ReviewActionItem

from .lifecycle import CustomerFactory


class BusinessReviewFactory(DjangoModelFactory):
    class Meta:
        model = BusinessReview

    customer = factory.SubFactory(CustomerFactory)
    type = "MONTHLY"
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")
    scheduled_for = factory.LazyAttribute(lambda review: review.created_at + timedelta(days=7))


class ReviewActionItemFactory(DjangoModelFactory):
    class Meta:
        model = ReviewActionItem

    review = factory.SubFactory(BusinessReviewFactory)
    text = "Send the offer"
    due_on = date(2026, 3, 2)
