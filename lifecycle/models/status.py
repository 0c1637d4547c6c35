"""Lifecycles, their status tags, and the tag each customer has now."""

from __future__ import annotations

from datetime import UTC, datetime

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from lifecycle.rules.traits import PRODUCT_TAGS

from .customer import Customer
from .event import CustomerFacts
from .learning import CollectedMetrics
from .reported import ReportedMetrics

# Until somebody releases the pin.
FOREVER = datetime.max.replace(tzinfo=UTC)
_CODE = RegexValidator(r"^[A-Za-z][A-Za-z0-9_]*$", "Use letters, digits and underscores, a letter first.")


class TagCategory(models.TextChoices):
    LEARNING = "learning", "Learning"
    PROSPECT = "prospect", "Prospect"
    ACTIVE = "active", "Active"
    RISK = "risk", "At risk"
    CHURNED = "churned", "Churned"
    PAUSED = "paused", "Paused"


class TagColour(models.TextChoices):
    """Colours that can be told apart in both themes; ``lifecycle/admin.css`` holds them."""

    RED = "red", "Red"
    ORANGE = "orange", "Orange"
    YELLOW = "yellow", "Yellow"
    GREEN = "green", "Green"
    TEAL = "teal", "Teal"
    BLUE = "blue", "Blue"
    VIOLET = "violet", "Violet"
    PINK = "pink", "Pink"
    GREY = "grey", "Grey"


class AutoTransition(models.TextChoices):
    YES = "yes", "By rules"
    ASSISTED = "assisted", "By rules and people"
    NO = "no", "By people only"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["is_set_up"])
class Lifecycle(models.Model):
    """A named state machine: its tags, and the rules that move customers between them."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    is_active = models.BooleanField(
        default=True,
        help_text="Off: it is not evaluated and not shown with customers, who keep their tags. Once it is on again, "
        "everybody is looked at, with all that happened meanwhile.",
    )
    any_move_by_hand = models.BooleanField(default=True, db_default=True, editable=False)
    # Every customer has a status in it and is looked at; the routine run sees to it that it becomes true.
    is_set_up = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class StatusTag(models.Model):
    """One state of a lifecycle."""

    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="tags")
    code = models.CharField(max_length=40, validators=[_CODE], help_text="Such as ST_001 or VIP.")
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=20, choices=TagCategory)
    colour = models.CharField(max_length=10, choices=TagColour, blank=True, help_text="Empty: that of its category.")
    position = models.PositiveSmallIntegerField(default=0)
    is_initial = models.BooleanField(
        default=False, help_text="New customers start here; who is in the lifecycle already stays where it is."
    )
    typical_duration = models.CharField(max_length=40, blank=True, help_text="Such as 1–12 weeks.")
    auto_transition = models.CharField(
        max_length=10, choices=AutoTransition, default=AutoTransition.YES, help_text="How customers leave this tag."
    )

    class Meta:
        ordering = ("lifecycle", "position", "id")
        constraints = (
            models.UniqueConstraint(fields=("lifecycle", "code"), name="status_tag_code_unique"),
            models.UniqueConstraint(
                fields=("lifecycle",), condition=models.Q(is_initial=True), name="status_tag_one_initial"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def look(self) -> str:
        """What the stylesheet colours it by: its own colour, or its category."""
        return self.colour or self.category


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ManualMove(models.Model):
    """A move that people may make by hand in a lifecycle that does not allow every one; from NULL: untagged."""

    from_tag = models.ForeignKey(StatusTag, null=True, on_delete=models.CASCADE, related_name="+")
    to_tag = models.ForeignKey(StatusTag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("from_tag", "to_tag"), nulls_distinct=False, name="manual_move_unique"),
        )

    def __str__(self) -> str:
        return f"{self.from_tag or 'no tag'} to {self.to_tag}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Synergy(models.Model):
    """What a product and a status tag mean together, and what to do first."""

    product_tag = models.CharField(max_length=10, choices=tuple(PRODUCT_TAGS.items()))
    tag = models.ForeignKey(StatusTag, on_delete=models.CASCADE, related_name="synergies")
    interpretation = models.CharField(max_length=120)
    priority_action = models.CharField(max_length=120)

    class Meta:
        verbose_name_plural = "synergies"
        ordering = ("product_tag", "tag")
        constraints = (models.UniqueConstraint(fields=("product_tag", "tag"), name="synergy_unique"),)

    def __str__(self) -> str:
        return f"{self.product_tag} + {self.tag}"


class CustomerStatus(models.Model):
    """The current tag of a customer in a lifecycle; ``tag`` is NULL while untagged.

    ``entered_at`` and ``seen_until`` are NULL until the first move. ``seen_until`` is the
    instant up to which events had been taken into account when the tag was entered:
    ``…_since_entry`` metrics look strictly after it. ``version`` grows with each move and
    guards it: a move is made only from the version that was decided upon. Automation leaves the
    customer alone until ``pinned_until``.
    """

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="statuses", db_index=False)
    facts = models.ForeignObject(
        CustomerFacts,
        on_delete=models.DO_NOTHING,
        from_fields=("customer",),
        to_fields=("customer",),
        related_name="+",
    )
    collected = models.ForeignObject(
        CollectedMetrics,
        null=True,  # most customers of a shop have none
        on_delete=models.DO_NOTHING,
        from_fields=("customer",),
        to_fields=("customer",),
        related_name="+",
    )
    reported = models.ForeignObject(
        ReportedMetrics,
        null=True,
        on_delete=models.DO_NOTHING,
        from_fields=("customer",),
        to_fields=("customer",),
        related_name="+",
    )
    tag = models.ForeignKey(StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(null=True)
    seen_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0, db_default=0)
    previous_tag = models.ForeignKey(
        StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    pinned_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "customer statuses"
        constraints = (models.UniqueConstraint(fields=("customer", "lifecycle"), name="status_one_per_lifecycle"),)
        # Rare tags are found without reading everybody; only moves change the tag, so few updates pay for it.
        indexes = (models.Index(fields=("tag", "customer"), name="status_tag_customer"),)

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tag}"


class Pin(models.Model):
    """A customer is held in its tag against automation: until an instant, or until somebody releases it."""

    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="pins", db_index=False)
    until = models.DateTimeField(null=True, help_text="Empty: until released.")
    reason = models.CharField(max_length=500)
    pinned_at = models.DateTimeField()
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "lifecycle"), condition=models.Q(released_at=None), name="pin_one_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer} in {self.lifecycle}"


class NextCheck(models.Model):
    """When a status has to be looked at again though nothing new happens; NULL for never.

    Its own table: the index on ``at`` would otherwise make every move of ``CustomerStatus`` dearer.
    """

    status = models.OneToOneField(CustomerStatus, on_delete=models.CASCADE, primary_key=True, related_name="next_check")
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("lifecycle", "at"), condition=models.Q(at__isnull=False), name="next_check_due"),
        )

    def __str__(self) -> str:
        return f"check {self.status_id} at {self.at}"


class DirtyMark(models.Model):
    """A customer with news since the last evaluation.

    A queue that only grows and is taken from: marking never waits for a running evaluation,
    and an evaluation takes only marks whose news it can see.
    """

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("lifecycle", "id"), name="dirty_mark_queue"),)

    def __str__(self) -> str:
        return f"customer {self.customer_id}"
