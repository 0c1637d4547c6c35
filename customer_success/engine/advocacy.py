"""Favours of customers: planned, asked for within limits, and followed to their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction

from customer_success.models import AdvocacyActivity, AdvocacyPolicy, AdvocacyStatus, AdvocacyType
from customer_success.queries.accounts import closed
from customer_success.queries.advocacy import ask_refusals
from customer_success.rules.advocacy import move_problem, refusal_sentence
from lifecycle.models import Customer

MAX_REASON = 500


class AdvocacyNotAllowed(ValueError):
    """Nothing was changed; the message says why. ``field``: where the mistake is, if anywhere."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def create_activity(
    *, customer: Customer, details: Mapping[str, Any], by: Any, now: datetime, is_asked: bool = False
) -> AdvocacyActivity:
    """Plan an activity, and with ``is_asked`` ask the customer at once. Raises ``AdvocacyNotAllowed``."""
    check_new(customer=customer, details=details, now=now)
    activity = AdvocacyActivity(
        **{"owner_id": customer.owner_id, **details}, customer=customer, created_by=by, created_at=now, updated_at=now
    )
    with pghistory.context(user=by.id):
        activity.save()
        return _moved(activity, AdvocacyStatus.REQUESTED, "", now) if is_asked else activity


def check_new(*, customer: Customer, details: Mapping[str, Any], now: datetime) -> None:
    """Raises ``AdvocacyNotAllowed`` if no such activity could be planned."""
    at = details.get("scheduled_for")
    if at is not None and at < now:
        raise AdvocacyNotAllowed("An activity is planned for the future.", field="scheduled_for")
    if Customer.objects.filter(closed("pk"), pk=customer.pk).exists():
        raise AdvocacyNotAllowed("This account is closed; its customer is not asked.", field="customer")


@transaction.atomic
def update_activity(
    *,
    activity: AdvocacyActivity,
    details: Mapping[str, Any],
    by: Any,
    now: datetime,
    to: str | None = None,
    reason: str = "",
) -> AdvocacyActivity:
    """Change what is known of an activity and, with ``to``, its status. Raises ``AdvocacyNotAllowed``.

    The status that it has already is no change. ``reason``: why the customer declined.
    """
    with pghistory.context(user=by.id):
        if details:
            AdvocacyActivity.objects.filter(id=activity.id).update(**details, updated_at=now)
        if to is not None and to != activity.status:
            return _moved(activity, to, reason, now)
    activity.refresh_from_db()
    return activity


def move_activity(*, activity: AdvocacyActivity, to: str, by: Any, now: datetime, reason: str = "") -> AdvocacyActivity:
    """Take an activity to another status than the one that was seen. Raises ``AdvocacyNotAllowed``."""
    if to == activity.status:
        raise AdvocacyNotAllowed(f"The activity is {to} already.")
    return update_activity(activity=activity, details={}, to=to, reason=reason, by=by, now=now)


def save_story(*, activity: AdvocacyActivity, text: str, by: Any, now: datetime) -> AdvocacyActivity:
    """Keep what a person made of the success story's draft. Raises ``AdvocacyNotAllowed`` except for case studies."""
    if activity.type != AdvocacyType.CASE_STUDY:
        raise AdvocacyNotAllowed("Only a case study has a success story.")
    return update_activity(activity=activity, details={"story": text}, by=by, now=now)


def load_policy() -> list[str]:
    """The limits as they are shipped, if there are none yet."""
    return ["limits of asking customers"] if AdvocacyPolicy.objects.get_or_create(id=1)[1] else []


def _moved(activity: AdvocacyActivity, to: str, reason: str, now: datetime) -> AdvocacyActivity:
    """Asks of one customer go one after the other, so that two at once do not pass the limit together."""
    if problem := move_problem(activity.status, to):
        raise AdvocacyNotAllowed(problem)
    changes: dict[str, Any] = {"status": to, "updated_at": now}
    match to:
        case AdvocacyStatus.REQUESTED:
            _require_may_be_asked(activity.customer_id, now)
            changes["requested_at"] = now
        case AdvocacyStatus.COMPLETED:
            changes["completed_at"] = now
        case AdvocacyStatus.DECLINED:
            if not reason.strip():
                raise AdvocacyNotAllowed("Say why the customer declined.")
            changes |= {"declined_at": now, "declined_reason": reason.strip()[:MAX_REASON]}
    if not AdvocacyActivity.objects.filter(id=activity.id, status=activity.status).update(**changes):
        raise AdvocacyNotAllowed("Somebody has changed the activity meanwhile; look again before you decide.")
    activity.refresh_from_db()
    return activity


def _require_may_be_asked(customer_id: int, now: datetime) -> None:
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if found := ask_refusals(customer, now=now):
        raise AdvocacyNotAllowed(refusal_sentence(str(customer), found))
