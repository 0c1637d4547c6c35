"""A small post office: runs in the hands of a worker, and a port that notes what it is given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from campaigns.channels.port import Accepted, Outgoing
from campaigns.definition.kinds import Email, InApp, Webhook
from campaigns.engine import kinds, sending, sweep
from campaigns.engine.kinds import CannotBeWritten, Kind, Work
from campaigns.engine.watch import Watch
from campaigns.models import CampaignState, Delivery, Enrollment, RunState, StepRun
from campaigns.queries.consents import standings_of
from campaigns.queries.definitions import flow_of
from tests.factories.campaigns import (
    CampaignFactory,
    CampaignVersionFactory,
    EnrollmentFactory,
    StepRunFactory,
    TopicFactory,
)
from tests.factories.customers import CustomerFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)
STEPS = (
    {"key": "mail", "kind": "email", "template": "hello"},
    {"key": "note", "kind": "in_app", "title": "Hello", "body": "Look here."},
    {"key": "tell", "kind": "webhook", "endpoint": "crm"},
)


class Post:
    """A port that answers what it is told to, then always yes. It drops no repeats."""

    is_instant = True

    def __init__(self, *answers, name="fake", key_window=None, at_once=20):
        self.name, self.key_window, self.at_once = name, key_window, at_once
        self.answers, self.sent = list(answers), []

    def send(self, message, *, seconds):
        assert seconds > 0
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else Accepted(self.name, f"id-{len(self.sent)}")
        return answer(message) if callable(answer) else answer


def serve(monkeypatch, *ports, **by_channel):
    """Let ports serve channels (the first all that have none of their own), and short texts be written."""
    for module in (sending, sweep):
        monkeypatch.setattr(module, "port_for", lambda channel: by_channel.get(channel) or ports[0])
    for name, settings in (("email", Email), ("in_app", InApp), ("webhook", Webhook)):
        monkeypatch.setitem(kinds._kinds, name, Kind(name, settings, write=write, channel=name))


def write(work: Work, now: datetime) -> Outgoing:
    channel, name = work.step.kind, work.enrollment.customer.name or ""
    if name.startswith("Nameless"):
        raise CannotBeWritten("There is no name to say hello to.")
    if name.startswith("Broken"):
        raise ZeroDivisionError
    recipient = {"email": work.enrollment.customer.email, "webhook": "crm"}.get(channel, "")
    return Outgoing(uuid4(), channel, recipient, subject="Hello", text=f"Hello {name}", payload={"url": "/lessons"})


def campaign(*, steps=STEPS, **said):
    """A live version; marketing needs a topic, which is there."""
    if said.setdefault("message_class", "marketing") == "marketing":
        said.setdefault("topic", "tips")
        TopicFactory._meta.model.objects.get_or_create(key=said["topic"], defaults={"name": "Tips"})
    definition = {
        "lifecycle": "learning", "trigger": {"kind": "event", "name": "cart_updated"}, "steps": list(steps), **said,
    }  # fmt: skip
    return CampaignVersionFactory(definition=definition, campaign=CampaignFactory(state=CampaignState.LIVE))


def run(version, customer=None, *, step="mail", due_at=NOW, **values):
    """A run that a worker has claimed at its due time."""
    customer = customer or CustomerFactory(email="ann@example.com")
    enrollment = EnrollmentFactory(version=version, customer=customer, entered_at=due_at)
    return leased(
        StepRunFactory(enrollment=enrollment, step=step, kind=flow_of(version).steps[step].kind, due_at=due_at),
        **values,
    )


def leased(found, *, now=NOW, lease=LEASE):
    """The same run in the hands of (another) worker."""
    StepRun.objects.filter(id=found.id).update(
        state=RunState.LEASED, token=uuid4(), lease_until=now + lease, attempts=1
    )
    return StepRun.objects.get(id=found.id)


def work(found: StepRun) -> Work:
    """What a worker that claimed the run knows of it."""
    found.refresh_from_db(fields=["due_at"])
    enrollment = Enrollment.objects.select_related("customer", "version").get(id=found.enrollment_id)
    flow = flow_of(enrollment.version)
    return Work(found, enrollment, flow.definition, flow.steps[found.step])


def clock(now=NOW) -> Watch:
    """Time enough for everything."""
    return Watch.start(now, 600)


def send(*runs: StepRun, now=NOW):
    return sending.send([work(one) for one in runs], clock(now))


def delivery(found: StepRun) -> Delivery:
    return Delivery.objects.get(run=found)


def states(runs: Iterable[StepRun]) -> list[tuple[str, str]]:
    return [(row.state, row.reason) for row in map(delivery, runs)]


def hears(customer, topic="tips"):
    """Whether a customer may be written to about a topic; without one, of anything."""
    return next(one.may_receive for one in standings_of(customer) if (one.topic.key if one.topic else "") == topic)
