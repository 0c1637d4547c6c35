"""Where rows lead."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from analytics.admin.board import address
from analytics.queries.status_tags import About
from lifecycle.admin.filters import customers_in
from lifecycle.models import StatusTag


def customers_then(about: About, *tags: StatusTag) -> str:
    """The customers who were in one of the tags at the end of the range: where it ends today, those of now."""
    day = about.period.end
    if day >= about.now.date():
        return customers_in(about.lifecycle, *tags)
    codes = ",".join(tag.code for tag in tags)
    return address("tag_customers", lifecycle=about.lifecycle.code, tags=codes, day=day)


def moves_between(about: About, start: StatusTag | None, to: StatusTag) -> str:
    """The moves from one tag to another in the range."""
    came = {"from_tag__id__exact": start.id} if start else {"from_tag__isnull": "True"}
    return _moves(about, to_tag__id__exact=to.id, **came)


def moves_of_rule(about: About, rule: int) -> str:
    """What a version of a rule moved in the range."""
    return _moves(about, rule__id__exact=rule)


def behind_automation(about: About, only: str, as_of: datetime) -> str:
    """The customers behind a number of what the rules did in the range, as of its instant: one of the lists."""
    days = about.period
    asked = {"only": only, "start": days.start, "end": days.end, "as_of": as_of.isoformat()}
    return address("automation_customers", lifecycle=about.lifecycle.code, **asked)


def _moves(about: About, **more: object) -> str:
    asked = {
        "lifecycle__id__exact": about.lifecycle.id,
        "applied_at__gte": about.period.since.isoformat(),
        "applied_at__lt": about.period.until.isoformat(),
        **more,
    }
    return f"{reverse('admin:lifecycle_transition_changelist')}?{urlencode(asked)}"
