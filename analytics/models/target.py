"""What a key figure should reach, and who answers for it. The key figures themselves: ``analytics.rules.kpis``."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models

from analytics.rules.kpis import BY_CODE, Kpi


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class KpiTarget(models.Model):
    """The target of a key figure; whether more or less is better, the key figure knows."""

    code = models.SlugField(max_length=60, unique=True, editable=False)
    target = models.DecimalField(
        max_digits=19, decimal_places=4, null=True, blank=True, help_text="Empty: there is none, and it is not judged."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="Who answers for it.",
    )  # fmt: skip

    class Meta:
        verbose_name = "KPI target"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.kpi.name if self.kpi else self.code

    @property
    def kpi(self) -> Kpi | None:
        return BY_CODE.get(self.code)
