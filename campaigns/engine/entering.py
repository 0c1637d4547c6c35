"""Customers enter a version of a campaign, with their first step planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from campaigns.definition.kinds import WaitFor
from campaigns.definition.parts import Definition, Step
from campaigns.models import Campaign, CampaignState, CampaignVersion, VersionState
from campaigns.queries.conditions import customers_for_whom
from campaigns.queries.definitions import flow_of
from campaigns.queries.marks import listening
from campaigns.rules.split import is_held_out, salt_of
from campaigns.sql import enroll as statements
from lifecycle.sql.run import rows, run

from .advance import awaits, due_of
from .exits import hold_customers
from .news import catch_up

AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes, as SQL of ``sql.enroll`` with its parameters."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


def hold_versions(which: Q) -> list[CampaignVersion]:
    """Live versions that customers may enter, by their rank. Their campaigns are held until the transaction ends.

    So no campaign is paused or edited meanwhile, and nobody else decides about re-entry.
    """
    live = CampaignVersion.objects.filter(which, state=VersionState.LIVE)
    campaigns = Campaign.objects.filter(id__in=live.values("campaign"), state=CampaignState.LIVE).order_by("id")
    held = list(campaigns.select_for_update(no_key=True).values_list("id", flat=True))
    return list(live.filter(campaign__in=held).select_related("campaign").order_by("priority", "campaign"))


def enroll_found(
    *, version: CampaignVersion, found: Sequence[tuple[int, str, datetime]], now: datetime, asks: bool = True
) -> int:
    """Enroll customers that somebody has found, each with its occasion and instant; returns how many entered.

    The caller holds the version. Customers are held too if anything may end what begins here.
    """
    if not found:
        return 0
    heard, number = listening(), 0
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        if version.id in heard.versions:
            hold_customers(customer for customer, _, _ in some)
        entered = enter(version=version, coming=_named(some), now=now, asks=asks)
        if version.id in heard.versions:
            catch_up(listening=heard, entered=entered, now=now)
        number += len(entered)
    return number


def enter(*, version: CampaignVersion, coming: Coming, now: datetime, asks: bool = True) -> list[int]:
    """Enroll who comes and may enter; returns the new enrollments, also of those who are held out.

    ``asks``: whether the entry condition has to hold. The caller holds the campaign's row, so that nobody else decides
    about re-entry at the same time.
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
    [(entered,)] = rows(sql, **params)
    if params["wait"] is None:
        run(statements.START, **{**params, **_dues(first, entered)})  # the customers who entered, of those who came
    found: list[int] = entered
    return found


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
    found = rows(statements.COMING.format(coming=coming.sql), **coming.params)
    salt = salt_of(version.campaign.key)
    return [number for number, customer in found if is_held_out(salt, customer, definition.holdout)]


def _dues(step: Step, entered: list[int]) -> dict[str, list[Any]]:
    """When the first run of each new enrollment that is inside is due; worked out once for each zone and instant."""
    inside = rows(statements.INSIDE, entered=entered)
    due = {place: due_of(step, *place) for place in {(at, zone) for _, _, at, zone in inside}}
    return {
        "ids": [number for number, *_ in inside],
        "customers": [customer for _, customer, *_ in inside],
        "due": [due[at, zone] for *_, at, zone in inside],
    }


def _named(found: Sequence[tuple[int, str, datetime]]) -> Coming:
    customers, occasions, ats = (list(column) for column in zip(*found, strict=True))
    return Coming(statements.NAMED, {"customers": customers, "occasions": occasions, "ats": ats})
