"""Whether a customer may be written to, and what it said about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from campaigns.models import Consent, ConsentEntry, Suppression, Topic
from campaigns.rules.consent import Words, agrees
from lifecycle.models import Customer


@dataclass(frozen=True, slots=True)
class Preference:
    """Whether a customer hears of a topic."""

    topic: Topic
    is_wanted: bool


def normal(address: str) -> str:
    return address.strip().lower()


def digest_of(address: str) -> str:
    """By which the suppression list knows an address, also when it has forgotten it."""
    return salted_hmac("campaigns.suppression", normal(address), algorithm="sha256").hexdigest()


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Those that are on the suppression list, as they were given; one statement."""
    digests = {address: digest_of(address) for address in addresses}
    found = set(Suppression.objects.filter(digest__in=digests.values()).values_list("digest", flat=True))
    return {address for address, digest in digests.items() if digest in found}


def words_of(customers: Collection[int]) -> dict[int, Words]:
    """What customers said last, by customer and topic; one statement."""
    found: dict[int, dict[int | None, bool]] = defaultdict(dict)
    rows = Consent.objects.filter(customer__in=customers)
    for customer, topic, is_given in rows.values_list("customer_id", "topic_id", "is_given"):
        found[customer][topic] = is_given
    return {customer: found[customer] for customer in customers}


def agreeing(customers: Collection[int], *, topic: str) -> set[int]:
    """Those who want to hear of a topic, named by its key; of one that does not exist nobody does. Two statements."""
    about: tuple[int | None, bool] | None = (None, False)
    if topic:
        about = Topic.objects.filter(key=topic).values_list("id", "is_opt_in").first()
    if about is None:
        return set()
    number, is_opt_in = about
    return {customer for customer, words in words_of(customers).items() if agrees(words, number, is_opt_in=is_opt_in)}


def preferences_of(customer: Customer) -> tuple[Preference, ...]:
    """What a customer hears of, topic by topic."""
    words = words_of([customer.pk])[customer.pk]
    return tuple(Preference(one, agrees(words, one.pk, is_opt_in=one.is_opt_in)) for one in Topic.objects.all())


def consent_entries_of(customer: Customer) -> QuerySet[ConsentEntry]:
    """All that a customer said about it, the latest first."""
    return ConsentEntry.objects.filter(customer=customer).select_related("topic", "by", "delivery")


def of_addresses(addresses: Iterable[str]) -> QuerySet[Customer]:
    """The customers with these addresses; an address is a person, who may be several customers."""
    wanted = {normal(address) for address in addresses}
    return Customer.objects.alias(address=Lower("email")).filter(address__in=wanted)
