"""Customers, the people who look after them, what customers did and what is known of them."""

from __future__ import annotations

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from lifecycle.models import (
    CollectedMetrics,
    Collection,
    Customer,
    CustomerFacts,
    DailyMetrics,
    Event,
    EventListener,
    Feed,
    MilestoneProgress,
    MilestoneStatus,
    Order,
    OutboxCursor,
    OutboxMessage,
    ReportedChange,
    ReportedMetrics,
    Team,
    Topic,
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = settings.AUTH_USER_MODEL

    username = factory.Sequence("person{}".format)


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    code = factory.Sequence("team-{}".format)
    name = factory.Sequence("Team {}".format)


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer
        skip_postgeneration_save = True

    external_id = factory.Sequence("customer-{}".format)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")
    facts = factory.RelatedFactory("tests.factories.CustomerFactsFactory", "customer")


class CustomerFactsFactory(DjangoModelFactory):
    class Meta:
        model = CustomerFacts

    customer = factory.SubFactory(CustomerFactory, facts=None)


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    customer = factory.SubFactory(CustomerFactory)
    source = "shop"
    message_id = factory.Sequence("message-{}".format)
    name = "login"
    occurred_at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("occurred_at")
    stored_at = factory.SelfAttribute("received_at")


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    customer = factory.SubFactory(CustomerFactory)
    reference = factory.Sequence("order-{}".format)
    ordered_at = factory.LazyFunction(timezone.now)
    amount = 25


class FeedFactory(DjangoModelFactory):
    class Meta:
        model = Feed

    source = factory.Sequence("source-{}".format)
    event_names = ("login",)
    first_seen_at = factory.LazyFunction(timezone.now)
    last_seen_at = factory.SelfAttribute("first_seen_at")


class DailyMetricsFactory(DjangoModelFactory):
    class Meta:
        model = DailyMetrics

    customer = factory.SubFactory(CustomerFactory)
    metric_date = factory.LazyFunction(lambda: timezone.now().date())
    engagement_score = 50
    progress_score = 50
    community_score = 0
    overall_health_score = 40


class CollectedMetricsFactory(DjangoModelFactory):
    class Meta:
        model = CollectedMetrics

    customer = factory.SubFactory(CustomerFactory)


class CollectionFactory(DjangoModelFactory):
    class Meta:
        model = Collection


class ReportedMetricsFactory(DjangoModelFactory):
    class Meta:
        model = ReportedMetrics

    customer = factory.SubFactory(CustomerFactory)


class ReportedChangeFactory(DjangoModelFactory):
    class Meta:
        model = ReportedChange

    customer = factory.SubFactory(CustomerFactory)
    known_at = factory.LazyFunction(timezone.now)


class MilestoneProgressFactory(DjangoModelFactory):
    class Meta:
        model = MilestoneProgress

    customer = factory.SubFactory(CustomerFactory)
    week = 1
    completion_status = MilestoneStatus.IN_PROGRESS


class OutboxMessageFactory(DjangoModelFactory):
    class Meta:
        model = OutboxMessage

    topic = Topic.TRANSITION
    customer = factory.SubFactory(CustomerFactory)
    subject_id = factory.Sequence(lambda number: number)
    created_at = factory.LazyFunction(timezone.now)


class OutboxCursorFactory(DjangoModelFactory):
    class Meta:
        model = OutboxCursor

    consumer = factory.Sequence("consumer-{}".format)


class EventListenerFactory(DjangoModelFactory):
    class Meta:
        model = EventListener

    consumer = "campaigns"
    event = factory.Sequence(lambda n: f"event_{n}")
