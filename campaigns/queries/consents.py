"""The words of a customer about what it wants to hear of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.models import Consent, ConsentEntry, Topic
from lifecycle.models import Customer


@dataclass(frozen=True, slots=True)
class Word:
    """What holds about one topic (``None``: all marketing). ``said``: the customer's own word, if there is one."""

    topic: Topic | None
    said: Consent | None
    is_stopped: bool  # by a no to all marketing

    @property
    def may_receive(self) -> bool:
        if self.is_stopped:
            return False
        return self.said.is_given if self.said else self.topic is None or not self.topic.is_opt_in


def words_of(customer: Customer) -> Sequence[Word]:
    """All marketing first, then each topic."""
    said = {one.topic_id: one for one in Consent.objects.filter(customer=customer)}
    of_all = said.get(None)
    is_stopped = of_all is not None and not of_all.is_given
    return [Word(one, said.get(one.id if one else None), is_stopped) for one in (None, *Topic.objects.all())]


def entries_of(customer: Customer) -> QuerySet[ConsentEntry]:
    return ConsentEntry.objects.filter(customer=customer).select_related("topic", "by").order_by("-id")
