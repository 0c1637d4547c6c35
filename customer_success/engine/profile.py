"""Success profiles: what an account wants to reach, and who is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from customer_success.models import Account, Stakeholder, SuccessProfile, ValueMetric
from customer_success.rules.limits import SAID_OF_PROFILES, future_problems, problems_of

from .accounts import AccountError, ValuesRefused

Rows = Sequence[Mapping[str, Any]]


@transaction.atomic
def update_profile(
    *,
    account: Account,
    values: Mapping[str, Any],
    value_metrics: Rows | None,
    stakeholders: Rows | None,
    now: datetime,
    seen: datetime | None = None,
) -> SuccessProfile:
    """Change a profile, which is made if there is none. Value metrics and stakeholders are replaced as a whole;
    ``None``: they stay. ``seen``: ``updated_at`` of the profile that the person decided upon. Raises ``ValuesRefused``,
    and ``AccountError`` where somebody has changed it since."""
    SuccessProfile.objects.get_or_create(account=account, defaults={"updated_at": now})
    profile = SuccessProfile.objects.select_for_update().get(account=account)
    if seen is not None and seen != profile.updated_at:
        raise AccountError("Somebody has changed the profile meanwhile. Look at it again, then save once more.")
    for name, value in values.items():
        setattr(profile, name, value)
    known = {one.attname: getattr(profile, one.attname) for one in profile._meta.fields}
    problems = problems_of(known, SAID_OF_PROFILES)
    problems.update(future_problems({"first_value_on": profile.first_value_on}, now=now))
    names = Counter(row["name"] for row in value_metrics or ())
    if twice := [name for name, times in names.items() if times > 1]:
        problems["value_metrics"] = f"There are several value metrics “{twice[0]}”."
    if problems:
        raise ValuesRefused(problems)
    profile.updated_at = now
    profile.save()
    if value_metrics is not None:
        profile.value_metrics.all().delete()
        ValueMetric.objects.bulk_create(ValueMetric(profile=profile, **row) for row in value_metrics)
    if stakeholders is not None:
        profile.stakeholders.all().delete()
        Stakeholder.objects.bulk_create(Stakeholder(profile=profile, **row) for row in stakeholders)
    return profile
