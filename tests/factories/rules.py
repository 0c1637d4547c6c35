"""Rules, what they decided, and how far they are trusted."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from lifecycle.models import (
    BacktestRun,
    Decision,
    Evaluation,
    EvaluationChunk,
    EvaluationKind,
    HistoryCheck,
    Recommendation,
    RuleHold,
    RuleTrust,
    ShadowDecision,
    TransitionRule,
)

from .customers import CustomerFactory
from .lifecycle import LifecycleFactory, StatusTagFactory

ANY_ORDER = {"metric": "order_count", "operator": ">=", "value": 1}


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


class RecommendationFactory(DjangoModelFactory):
    class Meta:
        model = Recommendation

    lifecycle = factory.SubFactory(LifecycleFactory)
    customer = factory.SubFactory(CustomerFactory)
    rule = factory.SubFactory(TransitionRuleFactory, lifecycle=factory.SelfAttribute("..lifecycle"))
    created_at = factory.LazyFunction(timezone.now)
    evaluation = factory.SubFactory(
        EvaluationFactory,
        lifecycle=factory.SelfAttribute("..lifecycle"),
        as_of=factory.SelfAttribute("..created_at"),
    )


class ShadowDecisionFactory(DjangoModelFactory):
    class Meta:
        model = ShadowDecision

    rule = factory.SubFactory(TransitionRuleFactory)
    customer = factory.SubFactory(CustomerFactory)
    decided_at = factory.LazyFunction(timezone.now)


class BacktestRunFactory(DjangoModelFactory):
    class Meta:
        model = BacktestRun

    lifecycle = factory.SubFactory(LifecycleFactory)
    first_day = date(2026, 1, 1)
    last_day = date(2026, 1, 31)
    created_at = factory.LazyFunction(timezone.now)


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


class RuleHoldFactory(DjangoModelFactory):
    class Meta:
        model = RuleHold

    rule = factory.SubFactory(TransitionRuleFactory)
    since = factory.LazyFunction(timezone.now)
    reason = "shop has been silent"
