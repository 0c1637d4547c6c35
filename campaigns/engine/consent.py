"""Whether customers may be written to: their word, and addresses that nothing is sent to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import transaction

from campaigns.models import Consent, ConsentEntry, Suppression, SuppressionReason, Topic
from lifecycle.models import Customer


def digest_of(address: str) -> str:
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(address.strip().lower().encode(), key=key, digest_size=32).hexdigest()


def give_consent(*, customers: Sequence[Customer], **word: Any) -> None:
    """They said yes; ``word``: ``topic`` (``None``: all marketing), ``wording``, ``source``, ``by``, ``now``."""
    _say(customers, is_given=True, **word)


def withdraw_consent(*, customers: Sequence[Customer], **word: Any) -> None:
    """They said no."""
    _say(customers, is_given=False, **word)


def suppress(*, address: str, reason: SuppressionReason, by: Any, now: datetime, note: str = "") -> None:
    """Send nothing to an address any more; one that is on the list already stays as it is."""
    told = {"address": address.strip().lower(), "reason": reason, "by": by, "since": now, "note": note}
    Suppression.objects.get_or_create(digest=digest_of(address), defaults=told)


def release_suppression(*, suppression: Suppression, reason: str, by: Any, now: datetime) -> None:
    suppression.delete()


@transaction.atomic
def _say(customers: Sequence[Customer], *, topic: Topic | None, is_given: bool, now: datetime, **told: Any) -> None:
    for customer in Customer.objects.select_for_update(no_key=True).filter(id__in=[one.id for one in customers]):
        ConsentEntry.objects.create(customer=customer, topic=topic, is_given=is_given, at=now, **told)
        Consent.objects.update_or_create(
            customer=customer, topic=topic, defaults={"is_given": is_given, "changed_at": now}
        )
