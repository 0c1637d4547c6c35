"""A process that stands still past its lease and wakes up again: it neither sends nor writes any more."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from campaigns.engine.claim import LEASE
from campaigns.engine.failpoints import VARIABLE
from campaigns.engine.sweep import sweep
from campaigns.models import Delivery, RunState, StepRun
from tests.campaigns.posting import campaign
from tests.factories.campaigns import EnrollmentFactory, MessageTemplateFactory, StepRunFactory, TemplateTextFactory
from tests.factories.customers import CustomerFactory
from tests.lifecycle.processes import running, start, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
WORK = """
import django; django.setup()
from campaigns.engine.steps import run_due
from campaigns.queries.clock import database_now
run_due(now=database_now())
"""


def stands_still(process):
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.skipif(sys.platform != "linux", reason="whether a process stands still is read from /proc")
@pytest.mark.parametrize(
    ("point", "before", "after"), [("before_intent", [], []), ("before_result", ["sending"], ["uncertain"])]
)
def test_a_worker_that_stood_still_is_no_longer_heard(child_environment, point, before, after):
    TemplateTextFactory(template=MessageTemplateFactory(key="hello"))
    enrollment = EnrollmentFactory(version=campaign(), customer=CustomerFactory(name="Ann", email="ann@example.com"))
    StepRunFactory(enrollment=enrollment, step="mail", kind="email", due_at=timezone.now())
    environment = {**child_environment, VARIABLE: f"{point}:stop", "CAMPAIGN_EMAIL_PORT": "null"}

    with running(start([sys.executable, "-c", WORK], environment)) as frozen:
        until(lambda: stands_still(frozen), frozen)
        assert list(Delivery.objects.values_list("state", flat=True)) == before
        assert sweep(now=timezone.now() + LEASE) == 1
        os.kill(frozen.pid, signal.SIGCONT)
        assert frozen.wait(20) == 0

    assert list(Delivery.objects.values_list("state", flat=True)) == after
    assert StepRun.objects.get().state == RunState.WAITING
