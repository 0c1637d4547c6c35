"""Runs that are due come to one worker for a while: claimed with a token, worked on, written back by that token."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from campaigns.definition.text import DefinitionError
from campaigns.models import Campaign, CampaignState, RunState, StepRun
from campaigns.queries.definitions import flow_of
from campaigns.sql import claim as statements
from lifecycle.sql.run import rows

from .kinds import Work

LEASE = timedelta(minutes=5)
MAX_REASON = StepRun._meta.get_field("reason").max_length


@dataclass(frozen=True, slots=True)
class Claim:
    """``token``: whose writes count until the lease ends. Empty: nothing is due, or others have it."""

    token: UUID
    runs: tuple[int, ...]
    customers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is written into a leased run. ``is_forgiven``: the attempt does not count."""

    run: int
    state: RunState
    due_at: datetime | None = None
    path: str = ""
    reason: str = ""
    is_forgiven: bool = False


def due_kinds(kinds: Sequence[str], *, now: datetime) -> list[str]:
    """Those of some kinds of which anything is due."""
    return [kind for (kind,) in rows(statements.DUE_KINDS, kinds=list(kinds), now=now)]


def unknown_kinds(kinds: Sequence[str], *, now: datetime) -> list[str]:
    """Those of which anything is due, besides some kinds that are known."""
    return [kind for (kind,) in rows(statements.UNKNOWN_KINDS, kinds=list(kinds), now=now)]


@transaction.atomic
def claim(*, kind: str, now: datetime, most: int, customers: Collection[int] | None = None) -> Claim:
    """Lease the runs of a kind that are due longest, of all customers or of some.

    Those whose campaign is paused freeze instead.
    """
    token = uuid4()
    place = {
        "kind": kind, "now": now, "most": most, "token": token, "lease_until": now + LEASE,
        "customers": None if customers is None else list(customers),
    }  # fmt: skip
    leased = rows(statements.CLAIM, **place)
    paused = _held_paused({campaign for _, _, campaign in leased})
    frozen = [Ending(run, RunState.FROZEN, is_forgiven=True) for run, _, campaign in leased if campaign in paused]
    complete(token=token, endings=frozen, now=now)
    kept = [(run, customer) for run, customer, campaign in leased if campaign not in paused]
    return Claim(token, tuple(run for run, _ in kept), tuple(sorted({customer for _, customer in kept})))


def works_of(claim: Claim, *, held: bool = False) -> tuple[list[Work], list[StepRun]]:
    """The runs that the claim still has, ready to be worked on, and those of which no definition speaks any more.

    ``held``: nobody changes them until the transaction ends.
    """
    found = StepRun.objects.filter(id__in=claim.runs, token=claim.token, state=RunState.LEASED).order_by("id")
    if held:
        found = found.select_for_update(of=("self",), no_key=True)
    works, lost = [], []
    related = ("enrollment__customer", "enrollment__version__campaign")
    for run in found.select_related(*related).defer("enrollment__version__definition"):
        try:
            flow = flow_of(run.enrollment.version)
        except DefinitionError:
            lost.append(run)
            continue
        step = flow.steps.get(run.step)
        if step is not None and step.kind == run.kind:
            works.append(Work(run, run.enrollment, flow.definition, step))
        else:
            lost.append(run)
    return works, lost


def complete(*, token: UUID, endings: Sequence[Ending], now: datetime) -> int:
    """Write what became of leased runs; returns how many were still held by the token."""
    if not endings:
        return 0
    lasting = (RunState.WAITING, RunState.FROZEN)
    place: dict[str, Any] = {
        "token": token,
        "ids": [one.run for one in endings],
        "states": [one.state for one in endings],
        "due": [one.due_at for one in endings],
        "paths": [one.path for one in endings],
        "reasons": [one.reason[:MAX_REASON] for one in endings],
        "done": [None if one.state in lasting else now for one in endings],
        "forgiven": [one.is_forgiven for one in endings],
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.COMPLETE, place)
        return cursor.rowcount


def _held_paused(campaigns: Collection[int]) -> set[int]:
    """Who is paused, and stays so until the transaction ends: what is frozen now will be found when it is resumed."""
    paused = Campaign.objects.filter(id__in=campaigns, state=CampaignState.PAUSED).order_by("id")
    return set(paused.select_for_update(no_key=True).values_list("id", flat=True)) if campaigns else set()
