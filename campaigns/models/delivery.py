"""The communications log: every message that was sent, or was not, and why."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from lifecycle.models import Customer
from lifecycle.models.append_only import History

from .campaign import Campaign, MessageClass
from .enrollment import StepRun


class Channel(models.TextChoices):
    EMAIL = "email", "Email"
    IN_APP = "in_app", "In-app message"
    WEBHOOK = "webhook", "Webhook"


class DeliveryState(models.TextChoices):
    """``rules.states`` says which may follow which, whatever the order in which receipts come."""

    PLANNED = "planned", "Planned"
    SENDING = "sending", "Sending"
    ACCEPTED = "accepted", "Accepted"
    DELIVERED = "delivered", "Delivered"
    OPENED = "opened", "Opened"
    CLICKED = "clicked", "Clicked"
    BOUNCED = "bounced", "Bounced"
    COMPLAINED = "complained", "Complained"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    UNCERTAIN = "uncertain", "Uncertain"


class SkipReason(models.TextChoices):
    NO_ADDRESS = "no_address", "No address"
    NO_CONSENT = "no_consent", "No consent"
    SUPPRESSED = "suppressed", "On the suppression list"
    CAPPED = "capped", "Frequency cap"
    QUIET_HOURS = "quiet_hours", "Quiet hours"
    LATE = "late", "Too late"
    SWITCHED_OFF = "switched_off", "Sending is switched off"
    ENDED = "ended", "The customer has left the campaign"
    NOT_ALLOWED = "not_allowed", "Not on the list of allowed recipients"
    RESUME = "resume", "Skipped when the campaign was resumed"


class Delivery(models.Model):
    """One message to one customer. Its ``message_id`` is made when it is planned and never again."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.OneToOneField(StepRun, null=True, on_delete=models.PROTECT, related_name="delivery")
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel)
    message_class = models.CharField(max_length=15, choices=MessageClass)
    topic = models.CharField(max_length=40, blank=True, default="")
    template = models.CharField(max_length=60, blank=True, default="", help_text="Its key.")
    language = models.CharField(max_length=10, blank=True, default="")
    recipient = models.CharField(max_length=300, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    content_digest = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PLANNED)
    reason = models.CharField(max_length=200, blank=True, default="", help_text="A SkipReason, or what the other said.")
    provider = models.CharField(max_length=40, blank=True, default="")
    provider_id = models.CharField(max_length=200, null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When the latest state was reached.")
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(fields=("customer", "-planned_at"), name="delivery_of_customer"),
            models.Index(fields=("campaign", "-planned_at"), name="delivery_of_campaign"),
            models.Index(fields=("state", "-id"), name="delivery_in_state"),
            models.Index(fields=("reason", "-id"), condition=~Q(reason=""), name="delivery_reason"),
            models.Index(fields=("provider", "provider_id"), condition=Q(provider_id__isnull=False),
                         name="delivery_at_provider"),
        )  # fmt: skip
        permissions = (("resolve_delivery", "Can say what became of an uncertain message"),)

    def __str__(self) -> str:
        return f"{self.get_channel_display()} to {self.recipient or self.customer}"


class ReceiptKind(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    DELIVERED = "delivered", "Delivered"
    OPENED = "opened", "Opened"
    CLICKED = "clicked", "Clicked"
    BOUNCED = "bounced", "Bounced"
    SOFT_BOUNCED = "soft_bounced", "Bounced for now"
    COMPLAINED = "complained", "Complained"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    FAILED = "failed", "Failed"


class Receipt(History):
    """What a provider says of a message. The same event is stored once; one of an unknown message is kept as well.

    It may be known later: an answer can come before we have stored under which id the provider took the message.
    """

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    provider_id = models.CharField(max_length=200, blank=True, db_default="", help_text="Its id of the message.")
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=15, choices=ReceiptKind)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    recipient = models.CharField(max_length=300, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("provider", "event_id"), name="receipt_event_unique"),)
        indexes = (models.Index(fields=("-received_at",), condition=Q(delivery=None), name="receipt_unknown"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.provider}"


class InAppMessage(models.Model):
    """A message that a front end fetches and acknowledges."""

    delivery = models.OneToOneField(Delivery, primary_key=True, on_delete=models.PROTECT, related_name="in_app")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="in_app_messages", db_index=False)
    title = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField("URL", max_length=500, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-delivery_id",)
        verbose_name = "in-app message"
        indexes = (
            models.Index(fields=("customer", "-created_at"), condition=Q(acknowledged_at=None), name="in_app_unread"),
        )

    def __str__(self) -> str:
        return self.title


class Breaker(models.Model):
    """Whether a channel answers. Open: nothing is sent until then, and no attempt is counted."""

    channel = models.CharField(max_length=60, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.channel
