"""What a customer wants to hear of, topic by topic, with the words behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import Consent, Topic
from campaigns.rules.consent import agrees, is_stopped
from lifecycle.models import Customer

from .contact import words_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one topic (``None``: all marketing). ``said``: the customer's own word about it, if there is one.

    ``is_refused_by_address``: others had the address, and said no.
    """

    topic: Topic | None
    said: Consent | None
    may_receive: bool
    is_stopped: bool  # by a no to all marketing
    is_refused_by_address: bool


def standings_of(customer: Customer) -> Sequence[Standing]:
    """All marketing first, then each topic; three statements."""
    said = {one.topic_id: one for one in Consent.objects.filter(customer=customer)}
    words = words_of([customer])[customer.pk]
    found = []
    for topic in (None, *Topic.objects.all()):
        number = topic.pk if topic else None
        own = said.get(number)
        found.append(
            Standing(
                topic=topic,
                said=own,
                may_receive=agrees(words, number, is_opt_in=topic is not None and topic.is_opt_in),
                is_stopped=is_stopped(words),
                is_refused_by_address=words.get(number) is False and (own is None or own.is_given),
            )
        )
    return found
