"""Who said yes or no to what. Each word is in force when the function returns: the gate holds the same rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Consent, ConsentEntry, Delivery, Suppression, SuppressionReason, Topic
from campaigns.queries.contact import digest_of, normal, of_addresses, words_of
from campaigns.rules.consent import Words, agrees, refuses
from lifecycle.models import Customer


def give_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a yes, of all customers with the addresses of these; ``topic`` empty: to all marketing.

    ``wording``: what they read. ``source``: a ``ConsentSource``. Returns how many customers it was noted for.
    """
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        return _note(_held(customers), topic, told, is_given=True)


def withdraw_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a no, as ``give_consent`` does a yes. A no that stands already is not noted again."""
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        number = topic.pk if topic else None
        words = words_of(_held(customers))
        return _note([one for one in words if not refuses(words[one], number)], topic, told, is_given=False)


def choose_topics(
    *, customers: Iterable[Customer], chosen: Collection[int], wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Yes to these topics and no to all others; only what changes is noted. Returns how many words were."""
    told = {"source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        words, noted = words_of(_held(customers)), 0
        for topic in Topic.objects.all():
            is_given = topic.pk in chosen
            news = [one for one in words if _wants(words[one], topic) is not is_given]
            read = f"{wording}\n{topic.name}: {topic.description}"
            noted += _note(news, topic, {**told, "wording": read}, is_given=is_given)
        return noted


def suppress(*, address: str, reason: str, by: Any, now: datetime, note: str = "") -> bool:
    """Send nothing to an address any more. ``reason``: a ``SuppressionReason``. Returns whether it is news.

    What is known already stays, but a complaint weighs more than all else.
    """
    told = {"address": normal(address), "reason": reason, "note": note, "since": now, "by": by}
    with transaction.atomic():
        _hold(of_addresses([address]))
        known, is_new = Suppression.objects.get_or_create(digest=digest_of(address), defaults=told)
        if reason == SuppressionReason.COMPLAINT and known.reason != reason:
            Suppression.objects.filter(pk=known.pk).update(reason=reason)
        return is_new


def release_suppression(*, suppression: Suppression) -> bool:
    """The address may be written to again. Returns whether it was on the list."""
    return bool(Suppression.objects.filter(pk=suppression.pk).delete()[0])


def _wants(words: Words, topic: Topic) -> bool:
    return agrees(words, topic.pk, is_opt_in=topic.is_opt_in)


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
