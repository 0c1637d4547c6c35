"""What is shipped with campaigns can be loaded, and does what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.engine.publishing import publish
from campaigns.engine.steps import run_due
from campaigns.engine.triggers import look_for_triggers
from campaigns.models import Campaign, CampaignVersion
from config.management.commands.load_defaults import Command
from customer_success.models import Task, TaskType
from lifecycle.models import Customer
from tests.factories import AccountFactory, UserFactory
from tests.lifecycle.stage import event, send

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_sixty_days_before_a_renewal_the_success_manager_gets_a_task_once():
    Command().handle()
    version = CampaignVersion.objects.get(campaign__key="renewal_ahead")
    publish(version=version, by=None, now=MONDAY - timedelta(days=1), is_shipped=True)
    send(event("ann", "login"), event("bob", "login"))
    owner = UserFactory()
    Customer.objects.update(owner=owner)
    for name, date in (("ann", "2026-05-01"), ("bob", "2026-05-03")):
        AccountFactory(customer=Customer.objects.get(external_id=name), renewal_date=date)

    for _ in range(2):
        look_for_triggers(now=MONDAY)
        run_due(now=MONDAY)

    task = Task.objects.get(type=TaskType.RENEWAL)
    assert (task.customer.external_id, task.owner, task.due_at) == ("ann", owner, MONDAY + timedelta(days=14))
    assert not Campaign.objects.get(key="renewal_ahead").entries.filter(did__startswith="Paused").exists()
