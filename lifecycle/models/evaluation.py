"""Evaluations: the runs, their chunks, what they decided, and the moves that followed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from .append_only import History
from .customer import Customer
from .rule import TransitionRule
from .status import Lifecycle, StatusTag


class EvaluationKind(models.TextChoices):
    FULL = "full", "Everybody"
    CHANGED = "changed", "Changed and due"
    SELECTED = "selected", "Named customers"
    REPLAY = "replay", "A day of a replay"
    REPLAY_ASKING = "asking", "A day of a replay that asks"


# Over the past: nobody is told, no source is waited for.
REPLAYS = frozenset({EvaluationKind.REPLAY, EvaluationKind.REPLAY_ASKING})


class EvaluationState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Evaluation(models.Model):
    """One run over many customers at one instant."""

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=10, choices=EvaluationKind)
    slot = models.CharField(max_length=60, null=True, help_text="Names a scheduled run, so that it is started once.")
    as_of = models.DateTimeField()
    state = models.CharField(max_length=10, choices=EvaluationState, default=EvaluationState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    evaluated = models.PositiveBigIntegerField(default=0, db_default=0)
    moved = models.PositiveBigIntegerField(default=0, db_default=0)
    waiting = models.PositiveBigIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True)
    held = models.TextField(blank=True, db_default="", help_text="The rules that did not fire, and why.")

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("lifecycle", "slot"), name="evaluation_slot_unique"),)
        indexes = (
            models.Index(
                fields=("-id",), condition=models.Q(state__in=("running", "failed")), name="evaluation_to_watch"
            ),
        )

    def __str__(self) -> str:
        return f"{self.lifecycle} as of {self.as_of:%Y-%m-%d %H:%M}"


class EvaluationChunk(models.Model):
    """A range of customers of a full evaluation; whoever claims it does it in one transaction."""

    id = models.BigAutoField(primary_key=True)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="chunks")
    first_customer = models.BigIntegerField()
    last_customer = models.BigIntegerField()
    done_at = models.DateTimeField(null=True)
    evaluated = models.PositiveBigIntegerField(default=0, db_default=0)
    moved = models.PositiveBigIntegerField(default=0, db_default=0)
    waiting = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("evaluation", "first_customer"), name="evaluation_chunk_unique"),
        )

    def __str__(self) -> str:
        return f"customers {self.first_customer} to {self.last_customer}"


class Decision(models.Model):
    """What an evaluation decided for a customer that met a rule; appended at the right edge of its key.

    Customers that met no rule leave no row: "why not" is answered from their facts at any time.
    """

    pk = models.CompositePrimaryKey("evaluation_id", "customer_id", "step")
    evaluation_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    step = models.PositiveSmallIntegerField(help_text="1 for the first move at this instant, 2 for the next.")
    from_tag_id = models.BigIntegerField(null=True)
    rule_id = models.BigIntegerField()
    matched_rules = ArrayField(models.BigIntegerField(), help_text="Every rule that held, by priority.")
    is_applied = models.BooleanField()
    confidence = models.DecimalField(max_digits=4, decimal_places=3, default=1, db_default=1)
    reasons = ArrayField(models.CharField(max_length=20), null=True, help_text="Why a person has to decide.")

    def __str__(self) -> str:
        return f"decision for {self.customer_id} by rule {self.rule_id}"


class ShadowDecision(models.Model):
    """What a rule in shadow would have changed about a customer: once for each stay in a tag, the first time.

    ``winner_then``: the rule that would have won with the one in shadow published; ``winner_now``: the one that won.
    ``entered_at`` names the stay; NULL is the first one.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(TransitionRule, on_delete=models.CASCADE, related_name="shadow_decisions", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    entered_at = models.DateTimeField(null=True)
    from_tag = models.ForeignKey(
        StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    decided_at = models.DateTimeField()
    winner_then = models.ForeignKey(
        TransitionRule, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    winner_now = models.ForeignKey(
        TransitionRule, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "customer", "entered_at"), nulls_distinct=False, name="shadow_decision_once_a_stay"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} about {self.customer_id}"


class Transition(History):
    """A move that happened. The values of the conditions stand here, their thresholds in the rule version.

    Lifecycle, former tag and evaluation follow from rows that are constrained themselves (the tags, the
    status that was moved, the run that wrote this), so they are not checked a second time for each move.
    """

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(
        Lifecycle, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="transitions", db_index=False)
    from_tag = models.ForeignKey(
        StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # NULL where a move out of "no tag yet" was taken back.
    to_tag = models.ForeignKey(StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    applied_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    rule = models.ForeignKey(
        TransitionRule, null=True, on_delete=models.PROTECT, related_name="transitions", db_index=False
    )
    evaluation = models.ForeignKey(
        Evaluation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True, db_default="")
    notes = models.TextField(blank=True, db_default="")
    evidence = models.JSONField(default=dict, help_text="The value of each metric that the rule read.")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(rule__isnull=False) | models.Q(by__isnull=False) | ~models.Q(reason=""),
                name="transition_has_an_author",
            ),
        )
        indexes = (
            models.Index(fields=("customer", "id"), name="transition_customer"),
            models.Index(fields=("lifecycle", "applied_at"), name="transition_time"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.from_tag} → {self.to_tag}"


class ReviewReason(models.TextChoices):
    """Why a person has to decide; all but the first from the implementation guide of the status tags."""

    NEEDS_APPROVAL = "needs_approval", "The rule asks for approval"
    LOW_CONFIDENCE = "low_confidence", "Confidence is low"
    COMPETING_RULES = "competing_rules", "Several rules hold"
    HIGH_VALUE = "high_value", "A high-value customer would move to risk or churn"
    RAPID_CHANGES = "rapid_changes", "The customer moved often lately"
    RISK_INDICATORS = "risk_indicators", "Many risk indicators"
    ALREADY_ASKED = "already_asked", "A person was asked before"


class RecommendationState(models.TextChoices):
    PENDING = "pending", "Waiting"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    SUPERSEDED = "superseded", "Superseded"


class Recommendation(models.Model):
    """A decision that waits for a person."""

    id = models.BigAutoField(primary_key=True)
    lifecycle = models.ForeignKey(Lifecycle, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="recommendations", db_index=False)
    from_tag = models.ForeignKey(StatusTag, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(TransitionRule, on_delete=models.PROTECT, related_name="recommendations")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+", db_index=False)
    evidence = models.JSONField(default=dict)
    confidence = models.DecimalField(max_digits=4, decimal_places=3, default=1, db_default=1)
    reasons = ArrayField(models.CharField(max_length=20, choices=ReviewReason), default=list, db_default=[])
    state = models.CharField(max_length=10, choices=RecommendationState, default=RecommendationState.PENDING)
    created_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True, db_default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("customer", "lifecycle"),
                condition=models.Q(state="pending"),
                name="recommendation_one_pending",
            ),
        )
        indexes = (
            models.Index(fields=("customer", "id"), name="recommendation_customer"),
            models.Index(fields=("-id",), condition=models.Q(state="pending"), name="recommendation_pending"),
            models.Index(fields=("state", "-id"), name="recommendation_state"),
        )

    def __str__(self) -> str:
        return f"{self.customer}: {self.rule.name}"
