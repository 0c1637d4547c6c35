"""The only gate: nothing goes out that has not passed it, and what passes has left its intent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db import transaction

from campaigns.channels.port import Outgoing
from campaigns.models import (
    Channel,
    Delivery,
    DeliveryState,
    EnrollmentState,
    InAppMessage,
    MessageClass,
    RunState,
    StepRun,
)
from campaigns.queries import gate as facts
from campaigns.queries.contact import suppressed, words_of
from campaigns.rules.consent import agrees
from campaigns.rules.gate import Go, Message, Never, Policy, Standing, Verdict, Wait, decide, tells_customer
from lifecycle.models import Customer

from .kinds import Work

OPEN_STATES = (DeliveryState.PLANNED, DeliveryState.SENDING)
_STORED = (
    "recipient", "subject", "content_digest", "state", "reason", "attempts", "planned_at", "sending_at", "accepted_at",
    "ended_at", "provider", "provider_id", "language",
)  # fmt: skip


@dataclass(slots=True)
class Letter:
    """A written message with the row that records it. ``repeats_until``: how long the other side knows a repeat."""

    work: Work
    delivery: Delivery
    message: Outgoing
    repeats_until: datetime | None = None

    @property
    def may_be_out(self) -> bool:
        """An earlier try went out, and nobody knows what became of it."""
        return self.repeats_until is not None


def write_row(work: Work, channel: str) -> Delivery:
    """The row of a message that has none yet, not stored. Its ``message_id`` stays whatever becomes of it."""
    definition, run = work.definition, work.run
    return Delivery(
        run=run,
        campaign_id=run.campaign_id,
        customer_id=run.customer_id,
        channel=channel,
        message_class=definition.message_class,
        topic=definition.topic,
        template=getattr(work.settings, "template", ""),
        planned_at=run.due_at,
    )


@transaction.atomic
def pass_gate(*, letters: Sequence[Letter], now: datetime) -> dict[int, Verdict]:
    """Decide for each message whether it goes out now, and write down that it does, or why not.

    1. Hold the customers' rows, in the order of their ids: whoever changes what they want waits, or has been.
    2. Hold the runs, and leave out those that are no longer this worker's.
    3. Look at everything that speaks against a message.
    4. Decide one after the other, so that one that goes counts for the caps of the next.
    5. Store each as sending (an in-app message as accepted), planned or skipped.

    Returns the verdict of each run that still is this worker's.
    """
    customers = _hold_customers({letter.work.run.customer_id for letter in letters})
    runs = held(letters)
    letters = _still_open(letters, runs)
    policy = facts.policy()
    standings = _standings(letters, runs, customers, policy, now)
    verdicts: dict[int, Verdict] = {}
    for letter in letters:
        run = letter.work.run
        customer, standing = customers[run.customer_id], standings[run.id]
        verdict = _verdict(letter, customer, standing, policy, now)
        if isinstance(verdict, Go) and _is_counted(letter):
            standing.sent.append((letter.delivery.channel, now))
        _note(letter, verdict, now)
        verdicts[run.id] = verdict
    store(letter.delivery for letter in letters)
    _show_in_app([letter for letter in letters if isinstance(verdicts[letter.work.run.id], Go)], now)
    return verdicts


def store(deliveries: Iterable[Delivery]) -> None:
    """Write rows as they stand now, in one statement for the new ones and one for the others."""
    rows = list(deliveries)
    Delivery.objects.bulk_create(row for row in rows if row.pk is None)
    Delivery.objects.bulk_update([row for row in rows if row.pk is not None], _STORED)


def held(letters: Iterable[Letter]) -> dict[int, StepRun]:
    """The runs that no other worker has taken over, as they stand, held until the transaction ends."""
    tokens = {letter.work.run.id: letter.work.run.token for letter in letters}
    found = (
        StepRun.objects.select_for_update(no_key=True, of=("self",))
        .filter(id__in=tokens, state=RunState.LEASED)
        .select_related("enrollment", "campaign")
        .only("token", "customer_id", "enrollment__state", "campaign__state")
        .order_by("id")
    )
    return {run.id: run for run in found if run.token == tokens[run.id]}


def held_rows(letters: Sequence[Letter], runs: Mapping[int, StepRun]) -> dict[int, Delivery]:
    """The rows of letters whose runs are held, as they stand; the letter's own where none is stored yet."""
    rows = Delivery.objects.select_for_update(no_key=True).filter(run__in=runs).order_by("id")
    own = {letter.work.run.id: letter.delivery for letter in letters if letter.work.run.id in runs}
    return own | {row.run_id: row for row in rows if row.run_id is not None}


def _hold_customers(ids: set[int]) -> dict[int, Customer]:
    rows = Customer.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").only("email", "timezone")
    return {row.id: row for row in rows}


def _still_open(letters: Sequence[Letter], runs: Mapping[int, StepRun]) -> list[Letter]:
    """The letters whose runs are held, with their rows as they stand; without those that a receipt has settled."""
    rows = held_rows(letters, runs)
    for letter in letters:
        written, letter.delivery = letter.delivery, rows.get(letter.work.run.id, letter.delivery)
        letter.delivery.language = written.language
    return [letter for letter in letters if letter.work.run.id in rows and letter.delivery.state in OPEN_STATES]


def _standings(
    letters: Sequence[Letter],
    runs: Mapping[int, StepRun],
    customers: Mapping[int, Customer],
    policy: Policy,
    now: datetime,
) -> dict[int, Standing]:
    topics = facts.topics({letter.delivery.topic for letter in letters})
    words = words_of(customers.values())
    sent = facts.sent_of_late(customers, caps=policy.caps, besides=runs, now=now)
    refused = suppressed(row.email for row in customers.values() if row.email)
    standings = {}
    for letter in letters:
        run, topic = runs[letter.work.run.id], topics.get(letter.delivery.topic)
        standings[run.id] = Standing(
            zone=customers[run.customer_id].timezone,
            campaign=run.campaign.state,
            is_inside=run.enrollment.state == EnrollmentState.ACTIVE,
            is_suppressed=letter.delivery.channel == Channel.EMAIL and customers[run.customer_id].email in refused,
            agrees=topic is not None and agrees(words[run.customer_id], topic.id, is_opt_in=topic.is_opt_in),
            sent=sent[run.customer_id],
        )
    return standings


def _verdict(letter: Letter, customer: Customer, standing: Standing, policy: Policy, now: datetime) -> Verdict:
    if letter.repeats_until is not None and (letter.work.run.lease_until or now) >= letter.repeats_until:
        return Never("Its answer was lost.")  # a call may come as late as the lease ends
    delivery, step = letter.delivery, letter.work.step
    if delivery.channel == Channel.EMAIL:  # as it is under the lock
        letter.message = replace(letter.message, recipient=customer.email or "")
    message = Message(
        channel=delivery.channel,
        recipient=letter.message.recipient,
        latest=delivery.planned_at + timedelta(hours=step.max_late_hours),
        is_marketing=delivery.message_class == MessageClass.MARKETING,
        priority=letter.work.definition.priority,
        window=step.window,
        is_asked_for=delivery.resolved_by_id is not None,
    )
    return decide(message, standing, policy, now)


def _note(letter: Letter, verdict: Verdict, now: datetime) -> None:
    """What the row says from now on. What may be out already is not skipped: nobody knows."""
    row, message = letter.delivery, letter.message
    row.recipient, row.subject, row.reason = message.recipient, message.subject[:300], ""
    if isinstance(verdict, Go):
        row.content_digest = _digest(message)
        row.attempts += 1
        row.sending_at = row.sending_at if letter.may_be_out else now
        row.state = DeliveryState.SENDING
        if row.channel == Channel.IN_APP:
            row.state, row.accepted_at, row.ended_at, row.provider = DeliveryState.ACCEPTED, now, now, "in_app"
    elif isinstance(verdict, Wait):
        row.reason = verdict.reason
        row.planned_at = verdict.until if verdict.is_planned else row.planned_at
    else:
        row.reason, row.ended_at = verdict.reason, now
        row.state = DeliveryState.UNCERTAIN if letter.may_be_out else DeliveryState.SKIPPED


def _is_counted(letter: Letter) -> bool:
    delivery = letter.delivery
    return delivery.message_class == MessageClass.MARKETING and tells_customer(delivery.channel)


def _show_in_app(letters: Sequence[Letter], now: datetime) -> None:
    InAppMessage.objects.bulk_create(
        InAppMessage(
            delivery=letter.delivery,
            customer_id=letter.work.run.customer_id,
            title=letter.message.subject[:200],
            body=letter.message.text,
            url=letter.message.payload.get("url", ""),
            created_at=now,
            expires_at=now + timedelta(days=letter.work.settings.expires_days),
        )
        for letter in letters
        if letter.delivery.channel == Channel.IN_APP
    )


def _digest(message: Outgoing) -> str:
    said = [message.subject, message.html, message.text, dict(message.payload)]
    return sha256(msgspec.json.encode(said)).hexdigest()
