"""What customers did: events, and the orders and facts that follow from them."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from .append_only import History
from .customer import Customer


class Event(History):
    """One thing that happened to a customer. ``message_id`` makes a repeat harmless.

    ``received_at`` is when it counts as known: of imported history, when it happened. ``stored_at`` is when it came.
    """

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="events", db_index=False)
    source = models.CharField(max_length=60)
    message_id = models.CharField(max_length=200)
    name = models.CharField(max_length=80)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    stored_at = models.DateTimeField(db_default=Now(), editable=False)
    value = models.DecimalField(
        max_digits=19, decimal_places=4, null=True, help_text="The amount, score or points that the event carries."
    )
    properties = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("source", "message_id"), name="event_message_unique"),)
        indexes = (
            models.Index(fields=("customer", "occurred_at"), name="event_customer_time"),
            # Events mostly arrive in the order in which they happen, so days are found by a few pages of index.
            BrinIndex(fields=("occurred_at",), pages_per_range=32, name="event_time"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.customer_id} at {self.occurred_at:%Y-%m-%d %H:%M}"


class Order(models.Model):
    """A purchase, put together from the paid events that name it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    reference = models.CharField(max_length=300)
    ordered_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=19, decimal_places=4)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("customer", "reference"), name="order_reference_unique"),)

    def __str__(self) -> str:
        return f"order {self.reference}"


class CustomerFacts(models.Model):
    """One row a customer: what events add up to. Columns and folds: ``lifecycle.metrics.facts``."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="facts")
    first_event_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    last_login_at = models.DateTimeField(null=True)
    login_count = models.IntegerField(default=0, db_default=0)
    cart_adds = models.IntegerField(default=0, db_default=0)
    last_cart_at = models.DateTimeField(null=True)
    order_count = models.IntegerField(default=0, db_default=0)
    total_spend = models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    lessons_completed = models.IntegerField(default=0, db_default=0)
    modules_completed = models.IntegerField(default=0, db_default=0)
    assessments_taken = models.IntegerField(default=0, db_default=0)
    assessment_score_sum = models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
    final_assessment = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    curriculum_completion = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    community_contribution = models.DecimalField(max_digits=19, decimal_places=4, default=0, db_default=0)
    last_community_at = models.DateTimeField(null=True)
    last_enrolled_at = models.DateTimeField(null=True)
    projects_submitted = models.IntegerField(default=0, db_default=0)
    last_project_approved_at = models.DateTimeField(null=True)
    tickets_opened = models.IntegerField(default=0, db_default=0)
    tickets_resolved = models.IntegerField(default=0, db_default=0)
    support_satisfaction_score = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    support_rated_at = models.DateTimeField(null=True)
    last_response_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "customer facts"
        indexes = (models.Index(fields=("first_event_at",), name="facts_first_event"),)

    def __str__(self) -> str:
        return f"facts of {self.customer_id}"
