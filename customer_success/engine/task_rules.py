"""Tasks that moves ask for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef

from customer_success.models import MilestonePriority, TaskRule, TaskState, TaskType
from customer_success.models.task_rule import NAME
from lifecycle.engine.outbox import take
from lifecycle.models import RolledBack, StatusTag, Topic, Transition

from .tasks import NewTask, close_by_origin, create_tasks

CONSUMER = "tasks"
AT_ONCE = 1_000
SHIPPED = Path(__file__).resolve().parent.parent / "shipped/task_rules.json"


@transaction.atomic
def apply_task_rules(*, now: datetime) -> int:
    """Make the tasks that the next moves ask for, and drop those of moves that were taken back.

    Returns how many messages were read; 0: there are no more for now.
    """
    batch = take(consumer=CONSUMER, most=AT_ONCE)
    taken_back = batch.subjects(Topic.ROLLED_BACK)
    moves = set(batch.subjects(Topic.TRANSITION)).difference(taken_back)
    create_tasks(tasks=_asked_for(moves, now) if moves else (), by=None, now=now)
    if taken_back:
        rules = TaskRule.objects.values_list("id", flat=True)
        origins = (_origin(rule, move) for rule in rules for move in taken_back)
        close_by_origin(
            origins=origins, state=TaskState.DROPPED, outcome="The move that asked for it was taken back.", by=None,
            now=now,
        )  # fmt: skip
    return len(batch)


def load_task_rules(*, now: datetime) -> list[str]:
    """The shipped rules whose lifecycle is there; what is there stays as people made it."""
    lines = []
    for values in json.loads(SHIPPED.read_text()):
        lifecycle, key, start, end = (values.pop(name) for name in ("lifecycle", "key", "from", "to"))
        tags = {tag.code: tag for tag in StatusTag.objects.filter(lifecycle__code=lifecycle, code__in=(start, end))}
        if end not in tags:
            continue
        rule = {**values, "from_tag": tags.get(start), "tag": tags[end]}
        if TaskRule.objects.get_or_create(key=key, defaults=rule)[1]:
            lines.append(f"task rule {key}")
    return lines


def _asked_for(moves: Iterable[int], now: datetime) -> list[NewTask]:
    """Every move into the tag of a rule asks, except one that brings customers back to where they were."""
    rules: dict[int, list[TaskRule]] = defaultdict(list)
    for rule in TaskRule.objects.filter(is_active=True).select_related("team"):
        rules[rule.tag_id].append(rule)
    brings_back = RolledBack.objects.filter(reversal_id=OuterRef("id"), rollback__undoes=None)
    entered = Transition.objects.filter(~Exists(brings_back), id__in=moves, to_tag__in=rules)
    return [
        _task(rule, move, now)
        for move in entered.select_related("customer").order_by("id")
        for rule in rules[move.to_tag_id or 0]
        if rule.from_tag_id in {None, move.from_tag_id} and (not rule.tiers or move.customer.tier in rule.tiers)
    ]


def _task(rule: TaskRule, move: Transition, now: datetime) -> NewTask:
    return NewTask(
        customer=move.customer,
        type=TaskType(rule.type),
        title=rule.title.replace(NAME, str(move.customer)),
        notes=rule.notes,
        due_at=now + rule.due_after,
        priority=MilestonePriority(rule.priority),
        team=rule.team,
        origin=_origin(rule.id, move.id),
    )


def _origin(rule: int, move: int) -> str:
    return f"rule:{rule}:transition:{move}"
