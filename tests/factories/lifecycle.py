"""Test objects, one factory a model, each complete: a customer has its facts, a status its next check."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from lifecycle.models import (
    BacktestRun,
    CollectedMetrics,
    Collection,
    Customer,
    CustomerFacts,
    CustomerStatus,
    DailyMetrics,
    Decision,
    DirtyMark,
    Evaluation,
    EvaluationChunk,
    EvaluationKind,
    Event,
    EventListener,
    Feed,
    HistoryCheck,
    Lifecycle,
    ManualMove,
    MilestoneProgress,
    MilestoneStatus,
    NextCheck,
    Notice,
    Order,
    OutboxCursor,
    OutboxMessage,
    Pin,
    Recommendation,
    ReportedChange,
    ReportedMetrics,
    ReviewPolicy,
    Rollback,
    RolledBack,
    RuleHold,
    RuleTrust,
    ShadowDecision,
    StatusTag,
    Switch,
    SwitchKind,
    Synergy,
    TagCategory,
    Team,
    Topic,
    Transition,
    TransitionRule,
)

ANY_ORDER = {"metric": "order_count", "operator": ">=", "value": 1}


class UserFactory(DjangoModelFactory):
    class Meta:
        model = settings.AUTH_USER_MODEL

    username = factory.Sequence("person{}".format)


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


class LifecycleFactory(DjangoModelFactory):
    class Meta:
        model = Lifecycle

    code = factory.Sequence("lifecycle-{}".format)
    name = factory.Sequence("Lifecycle {}".format)
    is_set_up = True


class StatusTagFactory(DjangoModelFactory):
    class Meta:
        model = StatusTag

    lifecycle = factory.SubFactory(LifecycleFactory)
    code = factory.Sequence("TAG_{}".format)
    name = factory.SelfAttribute("code")
    category = TagCategory.ACTIVE
    position = factory.Sequence(lambda number: number)


class ManualMoveFactory(DjangoModelFactory):
    class Meta:
        model = ManualMove

    to_tag = factory.SubFactory(StatusTagFactory)


class CustomerStatusFactory(DjangoModelFactory):
    class Meta:
        model = CustomerStatus
        skip_postgeneration_save = True

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer = factory.SubFactory(CustomerFactory)
    next_check = factory.RelatedFactory(
        "tests.factories.NextCheckFactory", "status", lifecycle=factory.SelfAttribute("..lifecycle")
    )


class NextCheckFactory(DjangoModelFactory):
    class Meta:
        model = NextCheck

    status = factory.SubFactory(CustomerStatusFactory, next_check=None)
    lifecycle = factory.SelfAttribute("status.lifecycle")


class DirtyMarkFactory(DjangoModelFactory):
    class Meta:
        model = DirtyMark

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer_id = factory.LazyFunction(lambda: CustomerFactory().id)


class TransitionRuleFactory(DjangoModelFactory):
    class Meta:
        model = TransitionRule
        skip_postgeneration_save = True

    lifecycle = factory.SubFactory(LifecycleFactory)
    key = factory.Sequence("rule-{}".format)
    name = factory.Sequence("Rule {}".format)
    to_tag = factory.SubFactory(StatusTagFactory, lifecycle=factory.SelfAttribute("..lifecycle"))
    conditions = factory.LazyFunction(lambda: {"all": [ANY_ORDER]})

    @factory.post_generation
    def from_tags(self: Any, create: bool, tags: Any, **kwargs: Any) -> None:
        if create and tags:
            self.from_tags.set(tags)


class EvaluationFactory(DjangoModelFactory):
    class Meta:
        model = Evaluation

    lifecycle = factory.SubFactory(LifecycleFactory)
    kind = EvaluationKind.FULL
    as_of = factory.LazyFunction(timezone.now)
    started_at = factory.SelfAttribute("as_of")


class EvaluationChunkFactory(DjangoModelFactory):
    class Meta:
        model = EvaluationChunk

    evaluation = factory.SubFactory(EvaluationFactory)
    first_customer = 1
    last_customer = 100


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    evaluation_id = factory.LazyFunction(lambda: EvaluationFactory().id)
    customer_id = factory.LazyFunction(lambda: CustomerFactory().id)
    step = 1
    rule_id = factory.LazyFunction(lambda: TransitionRuleFactory().id)
    matched_rules = factory.LazyAttribute(lambda decision: [decision.rule_id])
    is_applied = True


class TransitionFactory(DjangoModelFactory):
    class Meta:
        model = Transition

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer = factory.SubFactory(CustomerFactory)
    to_tag = factory.SubFactory(StatusTagFactory, lifecycle=factory.SelfAttribute("..lifecycle"))
    applied_at = factory.LazyFunction(timezone.now)
    recorded_at = factory.SelfAttribute("applied_at")
    by = factory.SubFactory(UserFactory)
    reason = "asked by phone"


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = Recommendation

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer = factory.SubFactory(CustomerFactory)
    rule = factory.SubFactory(TransitionRuleFactory, lifecycle=factory.SelfAttribute("..lifecycle"))
    evaluation = factory.SubFactory(EvaluationFactory, lifecycle=factory.SelfAttribute("..lifecycle"))
    created_at = factory.LazyFunction(timezone.now)


class ShadowDecisionFactory(DjangoModelFactory):
    class Meta:
        model = ShadowDecision

    rule = factory.SubFactory(TransitionRuleFactory)
    customer = factory.SubFactory(CustomerFactory)
    decided_at = factory.LazyFunction(timezone.now)


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


class ReportedMetricsFactory(DjangoModelFactory):
    class Meta:
        model = ReportedMetrics

    customer = factory.SubFactory(CustomerFactory)


class ReportedChangeFactory(DjangoModelFactory):
    class Meta:
        model = ReportedChange

    customer = factory.SubFactory(CustomerFactory)
    known_at = factory.LazyFunction(timezone.now)


class BacktestRunFactory(DjangoModelFactory):
    class Meta:
        model = BacktestRun

    lifecycle = factory.SubFactory(LifecycleFactory)
    first_day = date(2026, 1, 1)
    last_day = date(2026, 1, 31)
    created_at = factory.LazyFunction(timezone.now)


class RollbackFactory(DjangoModelFactory):
    class Meta:
        model = Rollback

    lifecycle = factory.SubFactory(LifecycleFactory)
    made_at = factory.LazyFunction(timezone.now)
    by = factory.SubFactory(UserFactory)
    reason = "A wrong threshold"


class RolledBackFactory(DjangoModelFactory):
    class Meta:
        model = RolledBack

    rollback = factory.SubFactory(RollbackFactory)
    customer_id = 1
    first_id = 1
    last_id = 1


class MilestoneProgressFactory(DjangoModelFactory):
    class Meta:
        model = MilestoneProgress

    customer = factory.SubFactory(CustomerFactory)
    week = 1
    completion_status = MilestoneStatus.IN_PROGRESS


class CollectionFactory(DjangoModelFactory):
    class Meta:
        model = Collection


class SynergyFactory(DjangoModelFactory):
    class Meta:
        model = Synergy

    product_tag = "PT_001"
    tag = factory.SubFactory(StatusTagFactory)
    interpretation = "actively learning"
    priority_action = "Standard support"


class PinFactory(DjangoModelFactory):
    class Meta:
        model = Pin

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer = factory.SubFactory(CustomerFactory)
    reason = "asked by phone"
    pinned_at = factory.LazyFunction(timezone.now)
    pinned_by = factory.SubFactory(UserFactory)


class SwitchFactory(DjangoModelFactory):
    class Meta:
        model = Switch

    kind = SwitchKind.AUTOMATION
    is_on = False
    reason = "a bad import"
    changed_at = factory.LazyFunction(timezone.now)
    changed_by = factory.SubFactory(UserFactory)


class ReviewPolicyFactory(DjangoModelFactory):
    class Meta:
        model = ReviewPolicy

    lifecycle = factory.SubFactory(LifecycleFactory)


class HistoryCheckFactory(DjangoModelFactory):
    class Meta:
        model = HistoryCheck

    lifecycle = factory.SubFactory(LifecycleFactory)
    checked_at = factory.LazyFunction(timezone.now)
    customers = 1
    moves = 1
    open = 0


class RuleTrustFactory(DjangoModelFactory):
    class Meta:
        model = RuleTrust

    rule = factory.SubFactory(TransitionRuleFactory)


class FeedFactory(DjangoModelFactory):
    class Meta:
        model = Feed

    source = factory.Sequence("source-{}".format)
    event_names = ("login",)
    first_seen_at = factory.LazyFunction(timezone.now)
    last_seen_at = factory.SelfAttribute("first_seen_at")


class RuleHoldFactory(DjangoModelFactory):
    class Meta:
        model = RuleHold

    rule = factory.SubFactory(TransitionRuleFactory)
    since = factory.LazyFunction(timezone.now)
    reason = "shop has been silent"


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    code = factory.Sequence("team-{}".format)
    name = factory.Sequence("Team {}".format)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    team = factory.SubFactory(TeamFactory)
    priority = "high"
    transition = factory.SubFactory(TransitionFactory)
    customer = factory.SelfAttribute("transition.customer")
    created_at = factory.LazyFunction(timezone.now)


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
