"""Transition rules. Each row is one version of a rule; what was published is never changed."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from .status import Lifecycle, StatusTag


class RuleState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SHADOW = "shadow", "In shadow"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TransitionRule(models.Model):
    """From which tags, to which tag, under which condition. ``key`` names the rule across its versions.

    A version in shadow is decided by as if it were published, beside those that are, and moves nobody.
    """

    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="rules")
    key = models.SlugField(max_length=60, help_text="Names the rule across its versions.")
    version = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(max_length=10, choices=RuleState, default=RuleState.DRAFT, editable=False)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    from_tags = models.ManyToManyField(StatusTag, related_name="rules_from", blank=True)
    from_untagged = models.BooleanField(default=False, help_text="Also for customers that have no tag yet.")
    to_tag = models.ForeignKey(StatusTag, on_delete=models.PROTECT, related_name="rules_to")
    conditions = models.JSONField(help_text="A tree of all, any, not and conditions on metrics.")
    priority = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(1)], help_text="The lower number wins when several rules hold."
    )
    is_automatic = models.BooleanField(default=True, help_text="Off: the move waits for a person's approval.")
    skips_review = models.BooleanField(
        default=False, db_default=False, help_text="The lifecycle's review policy does not apply to this rule."
    )
    cooldown_days = models.PositiveSmallIntegerField(
        default=0, db_default=0, validators=[MaxValueValidator(3650)],
        help_text="The customer has to be in its tag for so many days before this rule may move it on.",
    )  # fmt: skip
    hysteresis_percent = models.PositiveSmallIntegerField(
        default=0, db_default=0, validators=[MaxValueValidator(100)],
        help_text="A move back to where the customer came from has to pass each number by so much more."
    )  # fmt: skip
    notification = models.JSONField(
        null=True, blank=True, help_text='Such as {"team": "retention", "priority": "high"}.'
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+",
        help_text="Who wrote the text as it stands; empty if nobody is known.",
    )  # fmt: skip
    shadow_since = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "rule"
        ordering = ("lifecycle", "priority", "key", "-version")
        constraints = (
            models.UniqueConstraint(fields=("lifecycle", "key", "version"), name="rule_version_unique"),
            models.UniqueConstraint(
                fields=("lifecycle", "key"), condition=models.Q(state="published"), name="rule_one_published_version"
            ),
            models.UniqueConstraint(
                fields=("lifecycle", "key"), condition=models.Q(state="draft"), name="rule_one_draft"
            ),
            models.UniqueConstraint(
                fields=("lifecycle", "key"), condition=models.Q(state="shadow"), name="rule_one_in_shadow"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"
