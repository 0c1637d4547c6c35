"""What asks for tasks, and what is done about them."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from customer_success.models import TaskEntry, TaskRule, TaskStep

from .accounts import TaskFactory
from .lifecycle import StatusTagFactory


class TaskRuleFactory(DjangoModelFactory):
    class Meta:
        model = TaskRule

    tag = factory.SubFactory(StatusTagFactory)
    title = "Call {name}"


class TaskEntryFactory(DjangoModelFactory):
    class Meta:
        model = TaskEntry

    task = factory.SubFactory(TaskFactory)
    step = TaskStep.SNOOZED
    at = factory.LazyFunction(timezone.now)
