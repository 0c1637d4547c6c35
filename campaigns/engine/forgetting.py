"""What was said to a customer is erased; that it was said, and who is not to be written to, stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from campaigns.models import (
    CampaignEntry,
    Channel,
    ConsentEntry,
    Delivery,
    EndReason,
    Enrollment,
    EnrollmentState,
    InAppMessage,
    SkipReason,
    StepRun,
    Suppression,
)
from campaigns.queries.contact import digest_of, normal
from campaigns.sql import forget as statements
from lifecycle.engine.erasing import BY_NUMBER, GONE, Blank, blank, unlog
from lifecycle.metrics.facts import IDENTIFY
from lifecycle.models import Customer, Event

from .exits import end_enrollments, hold_customers

_REASONS = (*SkipReason.values, *EndReason.values)  # what else stands there, others said


def erase(*, customer: Customer, by: Any, now: datetime) -> None:
    """What campaigns know of a customer who is erased altogether: beside its messages, upon what it entered, what it
    read when it said yes or no, and what people said of it."""
    taken_out = f"Took customer {customer.pk} out"
    forget_messages(customer=customer, by=by, now=now)
    CampaignEntry._base_manager.filter(did=taken_out).exclude(reason="").update(reason=GONE)
    StepRun.objects.filter(customer=customer).exclude(reason__in=_REASONS).update(reason="")
    blank(customer, Blank(Enrollment, {"occasion": BY_NUMBER}), Blank(ConsentEntry, {"wording": ""}))


@transaction.atomic
def forget_messages(*, customer: Customer, by: Any, now: datetime) -> int:
    """Take a customer out of all campaigns, and erase the texts and addresses of its messages; returns how many.

    What remains: which message of which campaign came when and what became of it, so that all counts stay, the log of
    consents, and the digests by which its addresses are not written to. What the floors below know of the customer is
    theirs to erase.
    """
    hold_customers([customer.pk])
    entered = Enrollment.objects.filter(customer=customer)
    inside = sorted(set(entered.filter(state=EnrollmentState.ACTIVE).values_list("campaign", flat=True)))
    end_enrollments(enrollments=entered, reason=EndReason.BY_HAND, now=now)
    entered.update(data={})
    messages = Delivery.objects.filter(customer=customer)
    addresses = _addresses(customer)
    with connection.cursor() as cursor:
        cursor.execute(statements.RECEIPTS, {"customer": customer.pk, "addresses": addresses})
    InAppMessage.objects.filter(customer=customer).update(title="", body="", url="")
    suppressed = Suppression.objects.filter(digest__in=map(digest_of, addresses))
    suppressed.update(address="", note="")
    for rows in (suppressed, messages):
        unlog(rows)
    CampaignEntry.objects.bulk_create(
        CampaignEntry(campaign_id=one, at=now, by=by, did=f"Took customer {customer.pk} out: it is forgotten")
        for one in inside
    )
    messages.exclude(reason__in=SkipReason.values).update(reason="")  # what others said may name the address
    return messages.update(recipient="", subject="", content_digest="")


def _addresses(customer: Customer) -> list[str]:
    mails = Delivery.objects.filter(customer=customer, channel=Channel.EMAIL)
    told = Event.objects.filter(customer=customer, name=IDENTIFY, properties__has_key="email")
    found = {
        *mails.order_by().values_list("recipient", flat=True).distinct(),
        *told.order_by().values_list("properties__email", flat=True).distinct(),
        customer.email,
    }
    return sorted(normal(address) for address in found if address)
