"""Other systems that webhooks go to, as the channel asks for them."""

from __future__ import annotations

from campaigns.channels.webhook import Endpoint
from campaigns.models import WebhookEndpoint


class StoredEndpoints:
    """Those of the database."""

    def find(self, key: str) -> Endpoint | None:
        row = WebhookEndpoint.objects.filter(key=key).first()
        if row is None:
            return None
        secrets = tuple(secret for secret in (row.secret, row.old_secret) if secret)
        return Endpoint(row.url, secrets, None if row.is_active else row.off_reason)

    def switch_off(self, key: str, reason: str) -> None:
        """For good, until a person switches it on again; the audit keeps when."""
        WebhookEndpoint.objects.filter(key=key, is_active=True).update(is_active=False, off_reason=reason)
