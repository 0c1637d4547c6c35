"""Who said yes or no to what. Each word is in force when the function returns: the gate holds the same rows.

A word is the customers' and that of their addresses: an address is a person, and who has it later is told nothing that
this person did not want.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction

from campaigns.models import (
    AddressConsent,
    Channel,
    Consent,
    ConsentEntry,
    Delivery,
    Suppression,
    SuppressionReason,
    Topic,
)
from campaigns.queries.contact import Speaker, digest_of, normal, of_addresses, said_by
from campaigns.rules.consent import Words, agrees, is_stopped
from lifecycle.models import Customer

__all__ = [
    "choose_topics", "digest_of", "give_consent", "release_suppression", "suppress", "suppress_all", "unsubscribe_all",
    "withdraw_consent",
]  # fmt: skip
MAX_ADDRESS = Suppression._meta.get_field("address").max_length


def give_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a yes, of the addresses of customers and of all who have them; ``topic`` empty: to all marketing.

    Who has said no to everything hears of this topic then, and of no other. ``wording``: what they read. ``source``:
    a ``ConsentSource``. Returns how many customers it was noted for.
    """
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        held = _held(customers, [delivery])
        if topic is not None:
            _reopen(said_by(held), told)
        return _note(held, topic, told, is_given=True)


def withdraw_consent(
    *, customers: Iterable[Customer], topic: Topic | None, wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> int:  # fmt: skip
    """Note a no, as ``give_consent`` does a yes. A no that stands already is not noted again."""
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        return _note(_news(_held(customers, [delivery]), topic), topic, told, is_given=False)


def unsubscribe_all(*, deliveries: Collection[Delivery], wording: str, source: str, now: datetime) -> int:
    """Note a no to everything in answer to each of these mails, as ``withdraw_consent`` does; the same few statements.

    The customers that share an address say so as well, in answer to no mail of their own.
    """
    mails = {one.customer_id: one for one in deliveries}
    told = {"wording": wording, "source": source, "by": None, "at": now}
    with transaction.atomic():
        held = _held(Customer.objects.filter(pk__in=mails), mails.values())
        return _note(_news(held, None), None, told, is_given=False, mails=mails)


def choose_topics(
    *, customers: Iterable[Customer], chosen: Collection[int], wording: str, source: str, by: Any, now: datetime,
    delivery: Delivery | None = None,
) -> None:  # fmt: skip
    """Yes to these topics and no to all others; only what changes is noted."""
    told = {"wording": wording, "source": source, "by": by, "at": now, "delivery": delivery}
    with transaction.atomic():
        held, topics = _held(customers, [delivery]), list(Topic.objects.all())
        if any(topic.pk in chosen for topic in topics):
            _reopen(said_by(held), told)
        words = said_by(held)
        for topic in topics:
            is_given = topic.pk in chosen
            news = [one for one in held if agrees(words[one], topic.pk, is_opt_in=topic.is_opt_in) is not is_given]
            read = f"{wording}\n{topic.name}: {topic.description}"
            _note(news, topic, {**told, "wording": read}, is_given=is_given)


def suppress(*, address: str, reason: str, by: Any, now: datetime, note: str = "") -> bool:
    """Send nothing to an address any more. ``reason``: a ``SuppressionReason``. Returns whether it is news.

    What is known already stays, but a complaint weighs more than all else.
    """
    return bool(suppress_all(addresses={address: (reason, note)}, by=by, now=now))


def suppress_all(*, addresses: Mapping[str, tuple[str, str]], by: Any, now: datetime) -> int:
    """The same for addresses, each with its reason and a note, in a few statements; returns how many are news."""
    told = {digest_of(address): (address, *why) for address, why in addresses.items()}
    with transaction.atomic():
        _hold(of_addresses(addresses))
        listed = Suppression.objects.filter(digest__in=told)
        known = set(listed.values_list("digest", flat=True))
        Suppression.objects.bulk_create(
            (
                Suppression(
                    digest=digest, address=normal(address)[:MAX_ADDRESS], reason=reason, note=note, since=now, by=by
                )
                for digest, (address, reason, note) in told.items()
                if digest not in known
            ),
            ignore_conflicts=True,
        )
        complaint = SuppressionReason.COMPLAINT
        if worse := [digest for digest, (_, reason, _) in told.items() if reason == complaint]:
            listed.filter(digest__in=worse).exclude(reason=complaint).update(reason=complaint)
        return len(told.keys() - known)


def release_suppression(*, suppression: Suppression, reason: str, by: Any, now: datetime) -> bool:
    """The address may be written to again; its history says who wanted it, and why. Returns whether it was listed."""
    with pghistory.context(user=by and by.pk, reason=reason, at=now.isoformat()):
        return bool(Suppression.objects.filter(pk=suppression.pk).delete()[0])


def _reopen(words: Mapping[Speaker, Words], told: Mapping[str, Any]) -> None:
    """A no to everything becomes a no to each topic, so that a single one can be chosen."""
    stopped = [speaker for speaker in words if is_stopped(words[speaker])]
    for topic in Topic.objects.all() if stopped else ():
        _note([one for one in stopped if words[one].get(topic.pk) is not False], topic, told, is_given=False)
    _note(stopped, None, told, is_given=True)


def _news(speakers: Collection[Speaker], topic: Topic | None) -> list[Speaker]:
    """Those who have not said no already."""
    number = topic.pk if topic else None
    return [one for one, words in said_by(speakers).items() if words.get(number) is not False]


def _held(customers: Iterable[Customer], mails: Iterable[Delivery | None]) -> list[Speaker]:
    """Who speaks: the addresses of customers, also those that mails went to, and all who have them, held."""
    given = list(customers)
    addresses = {normal(one.email) for one in given if one.email}
    addresses |= {normal(one.recipient) for one in mails if one and one.channel == Channel.EMAIL and one.recipient}
    same = of_addresses(addresses).values_list("pk", flat=True)
    held = _hold(Customer.objects.filter(pk__in={*(one.pk for one in given), *same}))
    return [*held, *map(digest_of, sorted(addresses))]


def _hold(customers: Any) -> list[int]:
    return list(customers.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _note(
    speakers: Collection[Speaker], topic: Topic | None, told: Mapping[str, Any], *, is_given: bool,
    mails: Mapping[int, Delivery] | None = None,
) -> int:  # fmt: skip
    """Add to the customers' log, and make it the latest word; returns of how many customers."""
    customers = [one for one in speakers if isinstance(one, int)]
    word = {"topic": topic, "is_given": is_given, "changed_at": told["at"]}
    update: dict[str, Any] = {"update_conflicts": True, "update_fields": ("is_given", "changed_at")}
    ConsentEntry.objects.bulk_create(
        ConsentEntry(
            customer_id=one,
            topic=topic,
            is_given=is_given,
            **told,
            **({} if mails is None else {"delivery": mails.get(one)}),
        )
        for one in customers
    )
    Consent.objects.bulk_create(
        (Consent(customer_id=one, **word) for one in customers), unique_fields=("customer", "topic"), **update
    )
    AddressConsent.objects.bulk_create(
        (AddressConsent(digest=one, **word) for one in speakers if isinstance(one, str)),
        unique_fields=("digest", "topic"),
        **update,
    )
    return len(customers)
