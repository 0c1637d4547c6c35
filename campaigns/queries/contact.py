"""Whether a customer may be written to, and what it said about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from campaigns.models import AddressConsent, Consent, ConsentEntry, Suppression, Topic
from campaigns.rules.consent import Words, agrees, together
from lifecycle.models import Customer

# A customer by its id, or an address by its digest.
Speaker = int | str


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


def said_by(speakers: Iterable[Speaker]) -> dict[Speaker, Words]:
    """What each said last, by topic; one statement."""
    said: dict[Speaker, dict[int | None, bool]] = {speaker: {} for speaker in speakers}
    customers = Consent.objects.filter(customer__in=[one for one in said if isinstance(one, int)])
    addresses = AddressConsent.objects.filter(digest__in=[one for one in said if isinstance(one, str)])
    words = customers.values_list("customer_id", Value(""), "topic_id", "is_given").union(
        addresses.values_list(Value(0), "digest", "topic_id", "is_given"), all=True
    )
    for customer, digest, topic, is_given in words:
        said[digest or customer][topic] = is_given
    return {**said}


def words_of(customers: Collection[Customer]) -> dict[int, Words]:
    """What counts for customers: their own last words, and those of their addresses; one statement."""
    speakers: dict[int, list[Speaker]] = {
        one.pk: [one.pk, *([digest_of(one.email)] if one.email else [])] for one in customers
    }
    said = said_by(speaker for mine in speakers.values() for speaker in mine)
    return {customer: together(said[speaker] for speaker in mine) for customer, mine in speakers.items()}


def preferences_of(customer: Customer) -> tuple[Preference, ...]:
    """What a customer hears of, topic by topic."""
    words = words_of([customer])[customer.pk]
    return tuple(Preference(one, agrees(words, one.pk, is_opt_in=one.is_opt_in)) for one in Topic.objects.all())


def consent_entries_of(customer: Customer) -> QuerySet[ConsentEntry]:
    """All that a customer said about it, the latest first."""
    return ConsentEntry.objects.filter(customer=customer).select_related("topic", "by", "delivery")


def of_addresses(addresses: Iterable[str]) -> QuerySet[Customer]:
    """The customers with these addresses; an address is a person, who may be several customers."""
    wanted = {normal(address) for address in addresses}
    return Customer.objects.alias(address=Lower("email")).filter(address__in=wanted)
