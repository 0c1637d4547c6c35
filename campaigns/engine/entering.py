"""Customers enter a version of a campaign, with their first step planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from campaigns.definition.kinds import WaitFor
from campaigns.definition.parts import Definition, Step
from campaigns.models import CampaignVersion
from campaigns.queries.conditions import customers_for_whom
from campaigns.queries.definitions import flow_of
from campaigns.rules.split import is_held_out
from campaigns.sql import enroll as statements
from lifecycle.models import Customer

from .advance import awaits, due_of


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes, as SQL of ``sql.enroll`` with its parameters."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """A new enrollment; who is held out is not inside."""

    id: int
    customer_id: int
    at: datetime
    is_inside: bool


def enter(*, version: CampaignVersion, coming: Coming, now: datetime, asks: bool = True) -> list[Entered]:
    """Enroll who comes and may enter; ``asks``: whether the entry condition has to hold. ``version`` with its campaign.

    The caller holds the campaign's row, so that nobody else decides about re-entry at the same time.
    """
    flow = flow_of(version)
    definition, first = flow.definition, flow.first
    params = {
        **coming.params,
        "campaign": version.campaign_id,
        "version": version.id,
        "days": definition.reentry,
        "held_out": _held_out(version, definition, coming),
        "step": first.key,
        "kind": first.kind,
        "wait": _wait_of_all(first),
        "awaits": awaits(first),
    }
    meets = ""
    if asks and definition.entry is not None:
        holds = customers_for_whom(definition.entry, lifecycle=definition.lifecycle, as_of=now)
        meets, params = statements.MEETS.format(holds=holds.sql), {**params, **holds.params}
    sql = statements.ENTER.format(coming=coming.sql, again=_again(definition), meets=meets)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        entered = [Entered(*row) for row in cursor.fetchall()]
        if params["wait"] is None:
            cursor.execute(statements.START, {**params, **_dues(first, [one for one in entered if one.is_inside])})
    return entered


def _again(definition: Definition) -> str:
    match definition.reentry:
        case "never":
            return statements.NEVER
        case "always":
            return statements.ALWAYS
        case _:
            return statements.AFTER_DAYS


def _wait_of_all(step: Step) -> timedelta | None:
    """The time until a step is due if it is the same in all zones."""
    is_wait = isinstance(step.settings, WaitFor)
    delays = [step.after, step.settings.timeout] if is_wait else [step.after]
    if step.window is not None or not all(one.is_exact for one in delays):
        return None
    return sum((timedelta(hours=one.hours, minutes=one.minutes) for one in delays), timedelta())


def _held_out(version: CampaignVersion, definition: Definition, coming: Coming) -> list[int]:
    if not definition.holdout:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statements.COMING.format(coming=coming.sql), coming.params)
        customers = [customer for (customer,) in cursor.fetchall()]
    return [one for one in customers if is_held_out(version.campaign.key, one, definition.holdout)]


def _dues(step: Step, inside: list[Entered]) -> dict[str, list[Any]]:
    customers = [one.customer_id for one in inside]
    zones = dict(Customer.objects.filter(id__in=customers).values_list("id", "timezone"))
    due: dict[tuple[datetime, str], datetime] = {}
    for one in inside:
        place = (one.at, zones[one.customer_id])
        if place not in due:
            due[place] = due_of(step, *place)
    return {
        "ids": [one.id for one in inside],
        "customers": customers,
        "due": [due[one.at, zones[one.customer_id]] for one in inside],
    }
