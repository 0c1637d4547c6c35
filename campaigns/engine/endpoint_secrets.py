"""Other systems that are told things, and the secrets by which they know us."""

from __future__ import annotations

from base64 import b64encode
from secrets import token_bytes

from django.db import transaction

from campaigns.models import WebhookEndpoint

_BYTES = 32  # Standard Webhooks: 24 to 64


def new_secret() -> str:
    return f"whsec_{b64encode(token_bytes(_BYTES)).decode()}"


def add_endpoint(*, endpoint: WebhookEndpoint) -> str:
    """Store a new one with a secret of its own, and return the secret."""
    endpoint.secret = new_secret()
    endpoint.save(force_insert=True)
    return endpoint.secret


@transaction.atomic
def replace_secret(*, endpoint: WebhookEndpoint) -> str:
    """Make a new secret; until the old one is dropped, what is sent is signed with both."""
    held = WebhookEndpoint.objects.select_for_update().get(id=endpoint.id)
    held.old_secret, held.secret = held.secret, new_secret()
    held.save(update_fields=["secret", "old_secret"])
    return held.secret


def drop_old_secret(*, endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.filter(id=endpoint.id).update(old_secret="")
