"""The links below a mail by which a customer says no, signed so that nobody can make one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from campaigns.models import Delivery, Topic
from lifecycle.models import Customer

_SALT = "campaigns.links"


@dataclass(frozen=True, slots=True)
class Link:
    """Who may say something, and upon which message about which topic; without one: all marketing."""

    customer: Customer
    topic: Topic | None
    delivery: Delivery | None


def links_for(*, customer: int, topic: int | None, message_id: UUID) -> dict[str, str]:
    """The addresses of both pages, as templates name them."""
    token = Signer(salt=_SALT).sign_object([customer, topic, message_id.hex])
    return {
        "unsubscribe_url": settings.PUBLIC_URL + reverse("campaigns-unsubscribe", args=[token]),
        "preferences_url": settings.PUBLIC_URL + reverse("campaigns-preferences", args=[token]),
    }


def open_link(token: str) -> Link | None:
    """What a token says; ``None`` if it is not ours, or its customer is gone."""
    try:
        customer, topic, message = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError):
        return None
    found = Customer.objects.filter(pk=customer).first()
    if found is None:
        return None
    delivery = Delivery.objects.filter(message_id=message, customer=found).first()
    return Link(found, Topic.objects.filter(pk=topic).first(), delivery)
