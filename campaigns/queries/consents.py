"""What a customer wants to hear of, topic by topic, with the words behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import Consent, Topic
from campaigns.rules.consent import agrees, is_stopped
from lifecycle.models import Customer


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one topic (``None``: all marketing). ``said``: the customer's own word about it, if there is one."""

    topic: Topic | None
    said: Consent | None
    may_receive: bool
    is_stopped: bool  # by a no to all marketing


def standings_of(customer: Customer) -> Sequence[Standing]:
    """All marketing first, then each topic; two statements."""
    said = {one.topic_id: one for one in Consent.objects.filter(customer=customer)}
    words = {topic: one.is_given for topic, one in said.items()}
    return [
        Standing(
            topic=one,
            said=said.get(one.pk if one else None),
            may_receive=agrees(words, one.pk if one else None, is_opt_in=one is not None and one.is_opt_in),
            is_stopped=is_stopped(words),
        )
        for one in (None, *Topic.objects.all())
    ]
