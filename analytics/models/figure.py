"""What the reports said of each day: written once, so that a trend is read from rows and not computed again."""

from __future__ import annotations

from django.db import models

from lifecycle.models import Lifecycle


class Snapshot(models.Model):
    """A day whose figures are all there. That of today is taken again and again, the last time when it is over."""

    day = models.DateField(primary_key=True)
    as_of = models.DateTimeField(help_text="The figures tell what was so at this instant.")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"


class Figure(models.Model):
    """A number that a report gave on a day. ``part``: of what it is, such as ``ST_001`` or ``tier:ENTERPRISE``; empty:
    of everything. ``n``: how many rows it stands on. ``value`` is NULL where there was nothing to count."""

    id = models.BigAutoField(primary_key=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="figures", db_column="day")
    report = models.CharField(max_length=60)
    lifecycle = models.ForeignKey(Lifecycle, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    part = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    n = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("report", "lifecycle", "part", "snapshot"), nulls_distinct=False, name="figure_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.report} {self.part}: {self.value}"
