"""Success plans, their milestones and templates, and links to them."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import PlanMilestone, PlanShare, PlanTemplate, SuccessPlan, TemplateMilestone

from .accounts import AccountFactory
from .lifecycle import UserFactory


class PlanTemplateFactory(DjangoModelFactory):
    class Meta:
        model = PlanTemplate

    code = factory.Sequence("template-{}".format)
    name = factory.Sequence("Template {}".format)
    type = "ONBOARDING"
    days = 90


class TemplateMilestoneFactory(DjangoModelFactory):
    class Meta:
        model = TemplateMilestone

    template = factory.SubFactory(PlanTemplateFactory)
    title = factory.Sequence("Step {}".format)
    day = 10


class SuccessPlanFactory(DjangoModelFactory):
    class Meta:
        model = SuccessPlan

    customer = factory.LazyFunction(lambda: AccountFactory.create().customer)
    type = "ONBOARDING"
    status = "ACTIVE"
    title = factory.Sequence("Plan {}".format)
    starts_on = date(2026, 3, 1)
    ends_on = date(2026, 6, 1)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")


class PlanMilestoneFactory(DjangoModelFactory):
    class Meta:
        model = PlanMilestone

    plan = factory.SubFactory(SuccessPlanFactory)
    title = factory.Sequence("Milestone {}".format)
    due_date = date(2026, 4, 1)


class PlanShareFactory(DjangoModelFactory):
    class Meta:
        model = PlanShare

    plan = factory.SubFactory(SuccessPlanFactory)
    token_digest = factory.Sequence("{:064d}".format)
    created_at = factory.LazyFunction(timezone.now)
    created_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyAttribute(lambda share: share.created_at + timedelta(days=30))
