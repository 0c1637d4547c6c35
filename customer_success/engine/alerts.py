"""Health alerts: raised once an episode, each with a task for whoever looks after the customer, and what people say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce

from customer_success.models import AlertKind, AlertState, HealthAlert, MilestonePriority, Task, TaskState, TaskType
from customer_success.queries.health import PROGRAM
from customer_success.sql import alerts as statements
from lifecycle.models import Team

from .tasks import LONGEST_SNOOZE, NewTask, close_by_origin, create_tasks

DROP_DAYS = 7
MAX_NOTE = 500
_RECOVERED = "The health has recovered."
_UNRESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


class AlertNotChanged(ValueError):
    """What a person said of an alert was not taken: why, as a sentence. ``field``: where, if anywhere."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def raise_alerts(*, now: datetime) -> int:
    """Begin and end the episodes that the scores in force ask for; the number of new alerts.

    Those put off until now are open again. Asked again, or beside itself, it raises nothing twice.
    """
    snoozed = HealthAlert.objects.filter(state=AlertState.SNOOZED, snoozed_until__lte=now)
    snoozed.update(state=AlertState.OPEN, snoozed_until=None)
    since = (now - timedelta(days=DROP_DAYS)).date()
    with connection.cursor() as cursor:
        cursor.execute(statements.RAISE, {"now": now, "since": since, "program": PROGRAM})
        found: dict[int, str | None] = dict(cursor.fetchall())
    priorities = {alert: priority for alert, priority in found.items() if priority is not None}
    ended = [_origin(alert) for alert in found.keys() - priorities.keys()]
    close_by_origin(origins=ended, state=TaskState.DROPPED, outcome=_RECOVERED, by=None, now=now)
    create_tasks(tasks=_tasks(priorities), by=None, now=now)
    return len(priorities)


def acknowledge(*, alert: HealthAlert, by: Any, now: datetime, note: str = "") -> None:
    """Say that somebody is at it. Raises ``AlertNotChanged``."""
    waiting = (AlertState.OPEN, AlertState.SNOOZED)
    _change(alert, waiting, note, by, now, state=AlertState.ACKNOWLEDGED)


@transaction.atomic
def snooze(*, alert: HealthAlert, until: datetime, by: Any, now: datetime, note: str = "") -> None:
    """Put an alert and its task off. Raises ``AlertNotChanged``."""
    if until <= now:
        raise AlertNotChanged("An alert can be put off only until an instant in the future.", field="until")
    if until > now + LONGEST_SNOOZE:
        raise AlertNotChanged("An alert can be put off for a year at most.", field="until")
    _change(alert, _UNRESOLVED, note, by, now, state=AlertState.SNOOZED, snoozed_until=until)
    _open_task(alert).update(snoozed_until=until)


@transaction.atomic
def resolve(*, alert: HealthAlert, by: Any, now: datetime, note: str) -> None:
    """Say what was done about it; its task is done, too. It is not raised again before the health has recovered.

    Raises ``AlertNotChanged``.
    """
    if not note.strip():
        raise AlertNotChanged("Say in a note what was done about it.")
    _change(alert, _UNRESOLVED, note, by, now, state=AlertState.RESOLVED)
    close_by_origin(origins=[_origin(alert.id)], state=TaskState.DONE, outcome=note.strip(), by=by, now=now)


def _change(
    alert: HealthAlert, before: Collection[AlertState], note: str, by: Any, now: datetime, **changes: Any
) -> None:
    """It was answered when somebody first said something, whoever says more later."""
    note = note.strip()
    if len(note) > MAX_NOTE or "\x00" in note:
        raise AlertNotChanged(f"A note may have {MAX_NOTE} characters, and no NUL.")
    if note:
        changes["note"] = note
    found = HealthAlert.objects.filter(id=alert.id, state__in=before, ended_at=None)
    said = {"answered_at": Coalesce("answered_at", now), "handled_at": now, "handled_by": by}
    if not found.update(**{"snoozed_until": None, **said, **changes}):
        alert.refresh_from_db()
        is_over = alert.ended_at and alert.state != AlertState.RESOLVED
        raise AlertNotChanged(f"This alert is {'over' if is_over else alert.get_state_display().lower()} already.")


def _open_task(alert: HealthAlert) -> QuerySet[Task]:
    return Task.objects.filter(origin=_origin(alert.id), state=TaskState.OPEN)


def _origin(alert: int) -> str:
    return f"alert:{alert}"


def _tasks(priorities: Mapping[int, str]) -> Iterator[NewTask]:
    alerts = HealthAlert.objects.filter(id__in=priorities).select_related("customer").order_by("id")
    leads = _leads(priorities)
    for alert in alerts:
        owner = alert.customer.owner_id
        yield NewTask(
            customer=alert.customer,
            type=TaskType.ESCALATION if alert.is_escalated else TaskType.HEALTH_ALERT,
            title=f"{alert.customer}: {told(alert)}",
            due_at=alert.due_at,
            priority=MilestonePriority(priorities[alert.id]),
            owner_id=leads.get(owner, owner) if alert.is_escalated and owner else owner,
            origin=_origin(alert.id),
        )


def _leads(ids: Collection[int]) -> dict[int, int]:
    """Who leads a team of each owner of an escalated alert; nobody leads a team for itself.

    A customer of nobody has no team: its escalation is nobody's, in the list of whoever sees all customers.
    """
    owners = HealthAlert.objects.filter(id__in=ids, is_escalated=True).values("customer__owner")
    teams = Team.objects.filter(members__in=owners, leads__is_active=True).exclude(leads=F("members"))
    return dict(teams.order_by().values_list("members").annotate(lead=Min("leads")))


def told(alert: HealthAlert) -> str:
    """What an alert says, as on its day."""
    if alert.kind == AlertKind.SIGNIFICANT_DROP and alert.previous_score is not None:
        return f"health fell by {alert.previous_score - alert.score} points to {alert.score}"
    return f"health is {alert.score}, below {alert.threshold}"
