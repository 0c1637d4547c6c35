"""Hand-overs: customers that came from one success manager to another."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from lifecycle.models import Customer
from lifecycle.models.append_only import History


class Handover(History):
    """A customer came to ``to_owner``: from whom (NULL: from nobody), by whom, and what the next one has to know."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="handovers")
    from_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False,
        verbose_name="from",
    )  # fmt: skip
    to_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="to"
    )
    note = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        verbose_name = "hand-over"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(from_owner=None) | ~models.Q(from_owner=models.F("to_owner")),
                name="handover_to_somebody_else",
            ),
        )

    def __str__(self) -> str:
        return f"{self.customer}: {self.from_owner or 'nobody'} to {self.to_owner}"
