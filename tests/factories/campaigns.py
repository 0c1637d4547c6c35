"""Campaigns, who is in them, messages, and whether people may be written to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from campaigns import models
from campaigns.queries.contact import digest_of
from tests.factories.customers import CustomerFactory
from tests.factories.lifecycle import LifecycleFactory

THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DEFINITION = {
    "lifecycle": "learning",
    "trigger": {"kind": "event", "name": "cart_updated"},
    "message_class": "transactional",
    "steps": [{"key": "rest", "kind": "wait", "after": {"hours": 1}}],
}


class SegmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Segment

    key = factory.Sequence(lambda n: f"segment-{n}")
    name = factory.Sequence(lambda n: f"Segment {n}")
    lifecycle = factory.SubFactory(LifecycleFactory)
    condition = {"metric": "order_count", "operator": ">=", "value": 2}


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = models.Campaign

    key = factory.Sequence(lambda n: f"campaign-{n}")
    name = factory.Sequence(lambda n: f"Campaign {n}")


class CampaignVersionFactory(DjangoModelFactory):
    class Meta:
        model = models.CampaignVersion

    campaign = factory.SubFactory(CampaignFactory)
    number = factory.Sequence(lambda n: n + 1)
    definition = DEFINITION
    trigger_kind = models.TriggerKind.EVENT
    trigger_event = "cart_updated"
    written_at = THEN


class CampaignEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.CampaignEntry

    campaign = factory.SubFactory(CampaignFactory)
    at = THEN
    did = "Switched on"


class EnrollmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Enrollment

    version = factory.SubFactory(CampaignVersionFactory)
    campaign = factory.SelfAttribute("version.campaign")
    customer = factory.SubFactory(CustomerFactory)
    occasion = factory.Sequence(lambda n: f"event:{n}")
    entered_at = THEN


class ConditionMetFactory(DjangoModelFactory):
    class Meta:
        model = models.ConditionMet

    version = factory.SubFactory(CampaignVersionFactory)
    customer = factory.SubFactory(CustomerFactory)


class StepRunFactory(DjangoModelFactory):
    class Meta:
        model = models.StepRun

    enrollment = factory.SubFactory(EnrollmentFactory)
    campaign = factory.SelfAttribute("enrollment.campaign")
    customer = factory.SelfAttribute("enrollment.customer")
    step = "rest"
    kind = "wait"
    due_at = THEN + timedelta(hours=1)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = models.Delivery

    run = factory.SubFactory(StepRunFactory)
    campaign = factory.SelfAttribute("run.campaign")
    customer = factory.SelfAttribute("run.customer")
    channel = models.Channel.EMAIL
    message_class = models.MessageClass.TRANSACTIONAL
    recipient = "ann@example.com"
    subject = "Your order"
    state = models.DeliveryState.ACCEPTED
    planned_at = THEN


class ReceiptFactory(DjangoModelFactory):
    class Meta:
        model = models.Receipt

    provider = "generic"
    event_id = factory.Sequence(lambda n: f"receipt-{n}")
    delivery = factory.SubFactory(DeliveryFactory)
    kind = models.ReceiptKind.DELIVERED
    happened_at = THEN
    received_at = THEN


class InAppMessageFactory(DjangoModelFactory):
    class Meta:
        model = models.InAppMessage

    delivery = factory.SubFactory(DeliveryFactory, channel=models.Channel.IN_APP)
    customer = factory.SelfAttribute("delivery.customer")
    title = "Something new"
    body = "There are three new lessons."
    created_at = THEN


class BreakerFactory(DjangoModelFactory):
    class Meta:
        model = models.Breaker

    channel = factory.Sequence(lambda n: f"channel-{n}")


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = models.Topic

    key = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"Topic {n}")


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.Consent

    customer = factory.SubFactory(CustomerFactory)
    topic = factory.SubFactory(TopicFactory)
    is_given = True
    changed_at = THEN


class AddressConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.AddressConsent

    digest = factory.Sequence(lambda n: f"{n:064x}")
    topic = factory.SubFactory(TopicFactory)
    is_given = False
    changed_at = THEN


class ConsentEntryFactory(DjangoModelFactory):
    class Meta:
        model = models.ConsentEntry

    customer = factory.SubFactory(CustomerFactory)
    topic = factory.SubFactory(TopicFactory)
    is_given = True
    wording = "Send me tips."
    source = models.ConsentSource.PREFERENCES
    at = THEN


class SuppressionFactory(DjangoModelFactory):
    class Meta:
        model = models.Suppression

    digest = factory.LazyAttribute(lambda one: digest_of(one.address))
    address = factory.Sequence(lambda n: f"gone{n}@example.com")
    since = THEN


class FrequencyCapFactory(DjangoModelFactory):
    class Meta:
        model = models.FrequencyCap

    most = 1


class QuietHoursFactory(DjangoModelFactory):
    class Meta:
        model = models.QuietHours


class SendingSwitchFactory(DjangoModelFactory):
    class Meta:
        model = models.SendingSwitch

    is_on = False
    reason = "A test."
    changed_at = THEN


class WebhookEndpointFactory(DjangoModelFactory):
    class Meta:
        model = models.WebhookEndpoint

    key = factory.Sequence(lambda n: f"endpoint-{n}")
    name = "Learning platform"
    url = "https://learning.example.com/hooks"
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class MessageTemplateFactory(DjangoModelFactory):
    class Meta:
        model = models.MessageTemplate

    key = factory.Sequence(lambda n: f"template-{n}")
    name = factory.Sequence(lambda n: f"Template {n}")


class TemplateTextFactory(DjangoModelFactory):
    class Meta:
        model = models.TemplateText

    template = factory.SubFactory(MessageTemplateFactory)
    subject = "Welcome, {{ customer.name }}"
    body = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ customer.name }}</mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
