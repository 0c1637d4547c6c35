"""Lifecycles, where customers stand in them, and how they were moved. A status has its next check."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from lifecycle.models import (
    CustomerStatus,
    DirtyMark,
    Lifecycle,
    ManualMove,
    NextCheck,
    Notice,
    Pin,
    ReviewPolicy,
    Rollback,
    RolledBack,
    StatusTag,
    Switch,
    SwitchKind,
    Synergy,
    TagCategory,
    Transition,
)

from .customers import CustomerFactory, TeamFactory, UserFactory


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


class SynergyFactory(DjangoModelFactory):
    class Meta:
        model = Synergy

    product_tag = "PT_001"
    tag = factory.SubFactory(StatusTagFactory)
    interpretation = "actively learning"
    priority_action = "Standard support"


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


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    team = factory.SubFactory(TeamFactory)
    priority = "high"
    transition = factory.SubFactory(TransitionFactory)
    customer = factory.SelfAttribute("transition.customer")
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
