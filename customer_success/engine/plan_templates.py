"""The plan templates that are shipped, from ``customer_success/shipped``."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import transaction

from customer_success.models import PlanTemplate, TemplateMilestone

SHIPPED = Path(__file__).resolve().parent.parent / "shipped" / "plan_templates.json"


@transaction.atomic
def load_plan_templates() -> list[str]:
    """Those whose code is not there yet; a line for each."""
    lines = []
    for values in json.loads(SHIPPED.read_text()):
        milestones = values.pop("milestones")
        template, is_new = PlanTemplate.objects.get_or_create(code=values["code"], defaults=values)
        if is_new:
            TemplateMilestone.objects.bulk_create(TemplateMilestone(template=template, **one) for one in milestones)
            lines.append(f"plan template {template.code}")
    return lines
