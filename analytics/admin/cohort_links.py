"""Where numbers of cohorts lead."""

from __future__ import annotations

from analytics.queries.cohorts import Asking, Cohort, Only
from analytics.queries.targets import Target

from .board import address


def customers_of(asking: Asking, target: Target, cohort: Cohort | None = None, *, only: Only = Only.ALL) -> str:
    """The customers of a cohort, or of all that are shown, and whether they got to the target."""
    asked = {
        "target": target.key, "by": asking.by, "trait": asking.trait, "since": asking.since,
        "cohort": cohort.code if cohort else "", "only": only,
    }  # fmt: skip
    return address("cohort_customers", **{name: value for name, value in asked.items() if value})
