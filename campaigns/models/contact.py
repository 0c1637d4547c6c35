"""Whether a customer may be written to: topics, consent, suppression, caps, quiet hours, switches."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from lifecycle.models import Customer
from lifecycle.models.append_only import History

from .delivery import Channel, Delivery


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Topic(models.Model):
    """What customers may want to hear of, or not. ``is_opt_in``: only who has said yes hears of it."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True, help_text="What customers read on their preferences.")
    is_opt_in = models.BooleanField(
        "asks first", default=False, help_text="Only customers who said yes get it; otherwise all who did not say no."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """The latest word of a customer about a topic; ``topic`` empty: about all marketing."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_given = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("customer", "topic"), nulls_distinct=False, name="consent_latest"),
        )

    def __str__(self) -> str:
        return f"{'yes' if self.is_given else 'no'} to {self.topic or 'all'}"


class AddressConsent(models.Model):
    """The latest word of an address, known by its digest: it holds for whoever has the address, now or later."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64)
    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_given = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("digest", "topic"), nulls_distinct=False, name="address_consent_latest"),
        )

    def __str__(self) -> str:
        return f"{self.digest[:12]}…: {'yes' if self.is_given else 'no'} to {self.topic or 'all'}"


class ConsentSource(models.TextChoices):
    ONE_CLICK = "one_click", "One click in the mail program"
    PREFERENCES = "preferences", "Preferences page"
    API = "api", "API"
    ADMIN = "admin", "Back office"
    RECEIPT = "receipt", "Reported by the provider"
    IMPORT = "import", "Import"


class ConsentEntry(History):
    """One word of a customer: yes or no, to what, and what it was told. Added, never changed."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="consent_entries")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.PROTECT, related_name="+")
    is_given = models.BooleanField()
    wording = models.TextField(help_text="What the customer read when it said so.")
    source = models.CharField(max_length=15, choices=ConsentSource)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-id",)
        verbose_name = "consent"

    def __str__(self) -> str:
        return f"{'yes' if self.is_given else 'no'} to {self.topic or 'all'}"


class SuppressionReason(models.TextChoices):
    HARD_BOUNCE = "hard_bounce", "The address does not exist"
    SOFT_BOUNCES = "soft_bounces", "The address refused several times"
    COMPLAINT = "complaint", "Marked as spam"
    BY_HAND = "by_hand", "By hand"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["address", "note"])
class Suppression(models.Model):
    """An address that nothing is sent to, whoever uses it. ``digest``: keyed, of the address in small letters.

    Its history knows it by the digest alone, so that nothing has to be erased there.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    address = models.CharField(max_length=254, blank=True, help_text="Empty once the customer was erased.")
    reason = models.CharField(max_length=15, choices=SuppressionReason, default=SuppressionReason.BY_HAND)
    note = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("address",), name="suppression_address"),)

    def __str__(self) -> str:
        return self.address or f"{self.digest[:12]}…"


class OnExcess(models.TextChoices):
    WAIT = "wait", "Wait"
    DROP = "drop", "Drop"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class FrequencyCap(models.Model):
    """How many marketing messages a customer gets at most in some days."""

    channel = models.CharField(max_length=10, choices=Channel, blank=True, help_text="Empty: of all channels.")
    most = models.PositiveSmallIntegerField("messages at most", validators=[MinValueValidator(1)])
    days = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(366)])
    is_calendar = models.BooleanField(
        "calendar days", default=False, help_text="Days of the customer's zone; otherwise times 24 hours back."
    )
    on_excess = models.CharField(max_length=5, choices=OnExcess, default=OnExcess.WAIT)
    spares_priority = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Campaigns with this priority or a lower number are not capped."
    )

    class Meta:
        ordering = ("days", "id")

    def __str__(self) -> str:
        what = self.get_channel_display() or "message"
        often = "a day" if self.days == 1 else f"in {self.days} days"
        return f"{self.most} {what.lower()}{'' if self.most == 1 else 's'} {often}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class QuietHours(models.Model):
    """When no marketing message goes out, in the customer's zone; may wrap midnight. There is one row."""

    starts = models.TimeField(default="21:00")
    ends = models.TimeField(default="08:00")
    is_on = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.starts:%H:%M} to {self.ends:%H:%M}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SendingSwitch(models.Model):
    """The last word on whether anything goes out; ``channel`` empty: at all. What has no row is on."""

    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="", unique=True)
    is_on = models.BooleanField()
    reason = models.CharField(max_length=500)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "sending switches"

    def __str__(self) -> str:
        return f"{self.get_channel_display() or 'All sending'}: {'on' if self.is_on else 'off'}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["secret", "old_secret"]
)
class WebhookEndpoint(models.Model):
    """Another system that is told things, signed as Standard Webhooks says."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    url = models.URLField("URL", max_length=500)
    secret = models.CharField(max_length=200, help_text="whsec_…; what is sent is signed with it.")
    old_secret = models.CharField(max_length=200, blank=True, editable=False, help_text="While it is being replaced.")
    is_active = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
