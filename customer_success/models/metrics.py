"""What a customer reached in a period that is over (spec 3, ``CustomerSuccessMetrics``)."""

from __future__ import annotations

from django.db import models

from lifecycle.models import Customer

from .account import count, money, rating, share
from .choices import PeriodType


def amount(help_text: str) -> models.DecimalField:
    return models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True, help_text=help_text)


class SuccessMetrics(models.Model):
    """One row a customer and period. NULL: not known."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="success_metrics", db_index=False)
    period_type = models.CharField(max_length=10, choices=PeriodType)
    period_start = models.DateField(help_text="Its first UTC day.")

    lead_volume = count("Leads that the product brought the customer.")
    conversion_rate = share("Of these leads.")
    revenue = money(help_text="Paid in the period.")
    cost_savings = money()
    time_savings = amount("Hours.")

    active_users = count("Of the licensed ones, when the period ended.")
    login_frequency = amount("Logins a day.")
    feature_usage = count("How often features were used.")

    nps_score = rating(0, 10, "NPS", "0 to 10.")
    csat_score = rating(1, 5, "CSAT", "1 to 5.")
    ces_score = rating(1, 7, "CES", "1 to 7; 7 is effortless.")

    tickets = count("Opened in the period.")
    resolution_time = amount("Hours until solved, on average.")
    response_time = amount("Hours until the first answer, on average.")
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "success metrics"
        constraints = (
            models.UniqueConstraint(fields=("customer", "period_type", "period_start"), name="success_metrics_once"),
        )

    def __str__(self) -> str:
        return f"{self.customer}: {self.get_period_type_display()} from {self.period_start}"
