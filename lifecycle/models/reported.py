"""What other floors report about customers, such as their health, so that rules can read it."""

from __future__ import annotations

from django.db import models

from .append_only import History
from .customer import Customer


class Reported(models.Model):
    health_score = models.PositiveSmallIntegerField(null=True)
    health_level = models.CharField(max_length=10, null=True)
    health_trend = models.CharField(max_length=10, null=True)
    health_change = models.SmallIntegerField(null=True)

    class Meta:
        abstract = True


class ReportedMetrics(Reported):
    """One row a customer of whom anything was reported."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="reported")

    class Meta:
        verbose_name_plural = "reported metrics"

    def __str__(self) -> str:
        return f"reported metrics of {self.customer_id}"


class ReportedChange(Reported, History):
    """What was reported, and when: an evaluation of the past goes by what was known then."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reportedchanges", db_index=False)
    known_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("customer", "id"), name="reported_change_customer"),
            models.Index(fields=("known_at",), name="reported_change_known"),
        )

    def __str__(self) -> str:
        return f"reported of {self.customer_id} at {self.known_at}"
