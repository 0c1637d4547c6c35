"""Endpoints of webhooks, as the channel finds them."""

from __future__ import annotations

import pytest

from campaigns.channels.port import Accepted, Outgoing, Refused
from campaigns.channels.registry import port_for
from campaigns.models import WebhookEndpoint
from tests.campaigns.servers import hook_server
from tests.factories.campaigns import DeliveryFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db
OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def test_a_webhook_goes_to_the_endpoint_that_is_stored_until_it_is_gone(settings):
    settings.CAMPAIGN_WEBHOOKS_MAY_BE_PRIVATE = True
    with hook_server() as hooks:
        endpoint = WebhookEndpointFactory(key="shop", url=hooks.url, old_secret=OLD)
        message = Outgoing(DeliveryFactory().message_id, "webhook", "shop", payload={"type": "unlock"})
        port = port_for("webhook")

        first = port.send(message, seconds=5)
        hooks.answer = (410, {}, b"")
        gone = port.send(message, seconds=5)
        after = port.send(message, seconds=5)

    assert isinstance(first, Accepted)
    assert len(hooks.taken[0][0]["webhook-signature"].split()) == 2
    assert [type(gone), type(after)] == [Refused, Refused]
    assert len(hooks.taken) == 2
    assert WebhookEndpoint.objects.get(pk=endpoint.pk).is_active is False
    assert after.reason == "The endpoint is switched off. It answered 410, it is gone."
