"""How success managers and their customers do; who sees one manager is told of the others as a median alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from analytics.rules.managers import FEWEST_OTHERS, Manager, medians
from analytics.rules.periods import Period
from customer_success.models import TierPolicy
from customer_success.queries import managers as managers_seen
from customer_success.queries import managers_at_work
from customer_success.rules import capacity
from lifecycle.queries import owners_seen

from .kept import kept
from .reports import account_lifecycle

_KEYS = frozenset({"manager", "tier"})


@dataclass(frozen=True, slots=True)
class Compared:
    """``medians``: of ``others`` managers, oneself among them; none where it would tell who the others are."""

    as_of: datetime
    period: Period
    managers: Sequence[Manager]
    medians: Mapping[str, float | None]
    others: int
    is_alone: bool


def compared(user: Any, *, period: Period, now: datetime) -> Compared:
    """The managers whom a person sees, the most loaded first; one alone is compared with the members of one's teams.
    Who leads and looks after nobody is none of them."""
    owners = owners_seen(user)
    names = {one.pk: one.get_full_name() or one.get_username() for one in managers_seen(user)}
    is_alone = owners is not None and len(names) < 2
    among = owners if owners is None or not is_alone else owners | _team_mates(user)
    as_of, added_up = sums(among, period, now)
    ratios = dict(TierPolicy.objects.values_list("tier", "accounts_per_manager"))
    everybody = [
        Manager(one, names.get(one, ""), float(capacity.load(tiers, ratios)), added, period.days)
        for one, (tiers, added) in added_up.items()
    ]
    known = {one.id: one for one in everybody}
    mine = [known.get(one, Manager(one, name, days=period.days)) for one, name in names.items()]
    if not is_alone:
        at_work = frozenset(managers_at_work(user).values_list("id", flat=True))
        mine = [one for one in mine if one.id in at_work]
    peers = [one for one in everybody if one["customers"] and not one.is_small]
    enough = not is_alone or len([one for one in peers if one.id not in names]) >= FEWEST_OTHERS
    return Compared(
        as_of=as_of,
        period=period,
        managers=sorted(mine, key=lambda one: (one.is_small, -one.load, one.name)),
        medians=medians(peers, alone=names if is_alone else ()) if enough else {},
        others=len(peers),
        is_alone=is_alone,
    )


def sums(
    owners: Collection[int] | None, period: Period, now: datetime
) -> tuple[datetime, dict[int, tuple[Mapping[str | None, int], dict[str, float]]]]:
    """By manager: accounts by tier, and the sums of all reports."""
    about: dict[str, Any] = {"owners": owners, "now": now}
    lifecycle = account_lifecycle()
    customers = kept("manager_customers", **about, lifecycle=lifecycle, before=period.since)
    tasks, work = (
        kept(name, **about, since=period.since, until=period.until) for name in ("manager_tasks", "manager_work")
    )
    tiers: defaultdict[int, Counter[str | None]] = defaultdict(Counter)
    added: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in customers.rows:
        tiers[row.manager][row.tier] += row.accounts
    for row in _numbers(customers.rows, tasks.rows, work.rows):
        added[row.pop("manager")].update(row)
    as_of = min(told.as_of for told in (customers, tasks, work))
    return as_of, {one: (tiers[one], dict(own)) for one, own in added.items()}


def task_days(*, owners: Collection[int] | None, period: Period, now: datetime) -> Sequence[Any]:
    """Rows of how many tasks were made, done and dropped, by day."""
    return kept("manager_task_days", owners=owners, now=now, since=period.since, until=period.until).rows


def _numbers(*reports: Iterable[Any]) -> Iterable[dict[str, Any]]:
    """Their rows as numbers by name; of what is added up, a missing value is nothing."""
    for rows in reports:
        for row in rows:
            yield {
                name: float(value or 0) if name not in _KEYS else value
                for name, value in vars(row).items()
                if name != "tier"
            }


def _team_mates(user: Any) -> frozenset[int]:
    mates = get_user_model().objects.filter(teams__in=user.teams.all(), is_active=True)
    return frozenset(mates.values_list("id", flat=True))
