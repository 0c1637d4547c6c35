"""What was said to a customer is erased; that it was said, and who is not to be written to, stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from campaigns.models import (
    CampaignEntry,
    Channel,
    Delivery,
    EndReason,
    Enrollment,
    EnrollmentState,
    InAppMessage,
    SkipReason,
    Suppression,
)
from campaigns.queries.contact import digest_of, normal
from campaigns.sql import forget as statements
from lifecycle.models import Customer

from .exits import end_enrollments, hold_customers


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
    Suppression.objects.filter(digest__in=map(digest_of, addresses)).update(address="", note="")
    CampaignEntry.objects.bulk_create(
        CampaignEntry(campaign_id=one, at=now, by=by, did=f"Took customer {customer.pk} out: it is forgotten")
        for one in inside
    )
    messages.exclude(reason__in=SkipReason.values).update(reason="")  # what others said may name the address
    return messages.update(recipient="", subject="", content_digest="")


def _addresses(customer: Customer) -> list[str]:
    mails = Delivery.objects.filter(customer=customer, channel=Channel.EMAIL).exclude(recipient="")
    found = {normal(address) for address in mails.order_by().values_list("recipient", flat=True).distinct()}
    return sorted(found | ({normal(customer.email)} if customer.email else set()))
