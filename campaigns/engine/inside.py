"""Steps that are done inside the house: tasks, messages to teams, traits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from campaigns.definition.kinds import SetTrait
from customer_success.engine.tasks import NewTask, create_tasks
from customer_success.models import MilestonePriority, TaskType
from customer_success.models.task_rule import NAME
from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import SentEvent, check_batch
from lifecycle.metrics.facts import IDENTIFY
from lifecycle.models import Notice, NoticePriority, Team

from .kinds import Done, Failed, Outcome, Work

SOURCE = "campaigns"


def origin_of(run: int) -> str:
    """What a task names as its cause; when the cause is taken back, the task is found by it."""
    return f"step:{run}"


def make_tasks(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """A task each, to the team that the step names, or else to the customer's success manager."""
    teams = _teams(works)
    outcomes: dict[int, Outcome] = {
        work.run.id: _unknown_type(work) or _unknown_team(work, teams) or Done() for work in works
    }
    asked = [_task(work, teams, now) for work in works if outcomes[work.run.id] == Done()]
    create_tasks(tasks=asked, by=None, now=now)
    return outcomes


def alert(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """A message each to the team that the step names."""
    teams = _teams(works)
    outcomes: dict[int, Outcome] = {work.run.id: _unknown_team(work, teams) or Done() for work in works}
    Notice.objects.bulk_create(
        Notice(
            team=teams[work.settings.team],
            priority=NoticePriority(work.settings.priority.lower()),
            customer=work.enrollment.customer,
            transition_id=work.enrollment.transition_id,
            text=work.settings.message.replace(NAME, str(work.enrollment.customer)),
            created_at=now,
        )
        for work in works
        if outcomes[work.run.id] == Done()
    )
    return outcomes


def tell_traits(works: Sequence[Work], now: datetime) -> Mapping[int, Outcome]:
    """Traits go the way of all that is said of customers, as identify events: else they would not last."""
    events = [
        SentEvent(origin_of(work.run.id), work.enrollment.customer.external_id, IDENTIFY, now, _trait(work))
        for work in works
    ]
    batch = check_batch(events, now=now)
    ingest(batch=batch, source=SOURCE, now=now, is_history=True)  # as history: campaigns are no feed that falls silent
    refused = {works[one.index].run.id: Failed(f"{one.reason}.") for one in batch.rejected}
    return {work.run.id: refused.get(work.run.id, Done()) for work in works}


def _trait(work: Work) -> dict[str, object]:
    settings = work.settings
    return {settings.trait: settings.value if isinstance(settings, SetTrait) else None}


def _teams(works: Sequence[Work]) -> dict[str, Team]:
    return Team.objects.in_bulk({work.settings.team for work in works if work.settings.team}, field_name="code")


def _unknown_team(work: Work, teams: Mapping[str, Team]) -> Failed | None:
    team = work.settings.team
    return None if team is None or team in teams else Failed(f"There is no team {team}.")


def _unknown_type(work: Work) -> Failed | None:
    named = work.settings.type
    return None if named in TaskType.values else Failed(f"There is no type of task {named}.")


def _task(work: Work, teams: Mapping[str, Team], now: datetime) -> NewTask:
    settings, customer = work.settings, work.enrollment.customer
    return NewTask(
        customer=customer,
        type=TaskType(settings.type),
        title=settings.title.replace(NAME, str(customer)),
        notes=settings.notes.replace(NAME, str(customer)),
        due_at=now + timedelta(hours=settings.due_hours),
        priority=MilestonePriority(settings.priority),
        team=teams.get(settings.team),
        origin=origin_of(work.run.id),
    )
