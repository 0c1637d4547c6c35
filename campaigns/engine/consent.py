"""Who said yes or no to what. Each word is in force when the function returns: the gate holds the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction

from campaigns.models import Consent, ConsentEntry, Delivery, Suppression, SuppressionReason, Topic
from campaigns.queries.contact import digest_of, normal, of_addresses, words_of
from campaigns.rules.consent import Words, agrees, is_stopped
from lifecycle.models import Customer

__all__ = ["choose_topics", "digest_of", "give_consent", "release_suppression", "suppress", "withdraw_consent"]
MAX_ADDRESS = Suppression._meta.get_field("address").max_length


def give_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a yes, of all customers with the addresses of these; ``topic`` empty: to all marketing.

    Who has said no to everything hears of this topic then, and of no other. ``wording``: what they read. ``source``:
    a ``ConsentSource``. Returns how many customers it was noted for.
    """
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        held = _held(customers)
        if topic is not None:
            _reopen(words_of(held), told)
        return _note(held, topic, told, is_given=True)


def withdraw_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a no, as ``give_consent`` does a yes. A no that stands already is not noted again."""
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        number = topic.pk if topic else None
        news = [one for one, words in words_of(_held(customers)).items() if words.get(number) is not False]
        return _note(news, topic, told, is_given=False)


def choose_topics(
    *, customers: Iterable[Customer], chosen: Collection[int], wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> None:  # fmt: skip
    """Yes to these topics and no to all others; only what changes is noted."""
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        held, topics = _held(customers), list(Topic.objects.all())
        if any(topic.pk in chosen for topic in topics):
            _reopen(words_of(held), told)
        words = words_of(held)
        for topic in topics:
            is_given = topic.pk in chosen
            news = [one for one in held if agrees(words[one], topic.pk, is_opt_in=topic.is_opt_in) is not is_given]
            read = f"{wording}\n{topic.name}: {topic.description}"
            _note(news, topic, {**told, "wording": read}, is_given=is_given)


def suppress(*, address: str, reason: str, by: Any, now: datetime, note: str = "") -> bool:
    """Send nothing to an address any more. ``reason``: a ``SuppressionReason``. Returns whether it is news.

    What is known already stays, but a complaint weighs more than all else.
    """
    told = {"address": normal(address)[:MAX_ADDRESS], "reason": reason, "note": note, "since": now, "by": by}
    with transaction.atomic():
        _hold(of_addresses([address]))
        known, is_new = Suppression.objects.get_or_create(digest=digest_of(address), defaults=told)
        if reason == SuppressionReason.COMPLAINT and known.reason != reason:
            Suppression.objects.filter(pk=known.pk).update(reason=reason)
        return is_new


def release_suppression(*, suppression: Suppression, reason: str, by: Any, now: datetime) -> bool:
    """The address may be written to again; its history says who wanted it, and why. Returns whether it was listed."""
    with pghistory.context(user=by and by.pk, reason=reason, at=now.isoformat()):
        return bool(Suppression.objects.filter(pk=suppression.pk).delete()[0])


def _reopen(words: Mapping[int, Words], told: Mapping[str, Any]) -> None:
    """A no to everything becomes a no to each topic, so that a single one can be chosen."""
    stopped = [customer for customer in words if is_stopped(words[customer])]
    for topic in Topic.objects.all() if stopped else ():
        _note([one for one in stopped if words[one].get(topic.pk) is not False], topic, told, is_given=False)
    _note(stopped, None, told, is_given=True)


def _held(customers: Iterable[Customer]) -> list[int]:
    """These customers and all others with their addresses, held until the transaction ends."""
    given = list(customers)
    same = of_addresses(one.email for one in given if one.email).values_list("pk", flat=True)
    return _hold(Customer.objects.filter(pk__in={*(one.pk for one in given), *same}))


def _hold(customers: Any) -> list[int]:
    return list(customers.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _note(customers: Collection[int], topic: Topic | None, told: Mapping[str, Any], *, is_given: bool) -> int:
    """Add to the log, and make it the latest word."""
    ConsentEntry.objects.bulk_create(
        ConsentEntry(customer_id=one, topic=topic, is_given=is_given, **told) for one in customers
    )
    Consent.objects.bulk_create(
        (Consent(customer_id=one, topic=topic, is_given=is_given, changed_at=told["at"]) for one in customers),
        update_conflicts=True,
        unique_fields=("customer", "topic"),
        update_fields=("is_given", "changed_at"),
    )
    return len(customers)
