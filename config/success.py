"""What the demo shows of customer success: wholesale customers as accounts, with two years of real orders behind them.

People are called by what they do. Plans, reviews and asks are what such people would have done; who is at risk, due
or ready follows from the orders.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

from config.wholesale import FOLDER, answers, import_wholesale
from customer_success import queries
from customer_success.engine.accounts import AccountText, create_account
from customer_success.engine.advocacy import create_activity, move_activity
from customer_success.engine.alerts import raise_alerts
from customer_success.engine.expansion import detect_expansion
from customer_success.engine.milestones import mark_overdue, remind_of_milestones, update_milestone
from customer_success.engine.plans import create_plan_from, update_plan
from customer_success.engine.portfolio import balance
from customer_success.engine.profile import update_profile
from customer_success.engine.review_cadence import announce_reviews, schedule_reviews
from customer_success.engine.reviews import Meeting, Promise, create_review, hold, prepare
from customer_success.engine.scorecards import load_scorecard
from customer_success.engine.scoring import score_customers
from customer_success.models import (
    Account,
    AdvocacyStatus,
    AdvocacyType,
    BusinessReview,
    BusinessReviewType,
    CustomerTier,
    HealthLevel,
    MilestoneStatus,
    PlanTemplate,
    SuccessPlanStatus,
    SuccessPlanType,
)
from customer_success.queries.advocacy import candidates
from lifecycle.engine.evaluate import evaluate_customers
from lifecycle.models import Customer, Lifecycle, Order, Team

MANAGERS = 11
YEAR = timedelta(days=365)
Step = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Orders:
    """What one customer ordered: instants and amounts, the first order first."""

    instants: tuple[datetime, ...]
    amounts: tuple[Decimal, ...]

    def total(self, since: datetime) -> Decimal:
        return sum((amount for at, amount in zip(self.instants, self.amounts, strict=True) if at >= since), Decimal(0))


def fill(step: Step, boss: Any, now: datetime) -> None:
    """Everything, each part as a ``step``; ``boss`` sees everybody."""
    with step("Orders of 217 wholesale customers"):
        import_wholesale(now)
    with step("Their accounts and managers"):
        orders = _orders()
        lead = _people()
        _open_accounts(orders, lead, now)
        _give_out(boss, now)
        _write_profiles(orders, now)
        commerce = Lifecycle.objects.get(code="commerce")
        evaluate_customers(lifecycle=commerce, customers=list(orders), now=now)
    with step("Two years of them, day by day"):
        call_command("import_rules", str(FOLDER / "rules.json"), "--publish", stdout=io.StringIO())
        first = min(one.instants[0] for one in orders.values()).date()
        last = now.date() - timedelta(days=1)
        call_command("replay", "account", "--from", str(first), "--to", str(last), stdout=io.StringIO())
    with step("Their health, week by week"):
        load_scorecard(shipped=json.loads((FOLDER / "scorecard.json").read_text()), now=now)
        weeks = first + timedelta(days=28)
        call_command(
            "backfill_health", "--from", str(weeks), "--to", str(last), "--every", "7", stdout=io.StringIO(),
            stderr=io.StringIO(),
        )  # fmt: skip
        score_customers(customers=orders, now=now)
    with step("Alerts, reviews, plans, asks"):
        raise_alerts(now=now)
        detect_expansion(now=now)
        _plan(now)
        _review(now)
        _ask(now)
        mark_overdue(now=now)
        remind_of_milestones(now=now)
        announce_reviews(now=now)


def _orders() -> dict[int, Orders]:
    found: dict[int, list[tuple[datetime, Decimal]]] = {}
    wholesale = Order.objects.filter(customer__external_id__startswith="retail-").order_by("ordered_at")
    for customer, at, amount in wholesale.values_list("customer_id", "ordered_at", "amount"):
        found.setdefault(customer, []).append((at, amount))
    return {one: Orders(*map(tuple, zip(*rows, strict=True))) for one, rows in found.items()}


def _people() -> Any:
    """Eleven success managers in a team, and who leads them; returns the lead."""
    users = get_user_model().objects
    team, _ = Team.objects.get_or_create(code="wholesale", defaults={"name": "Wholesale"})
    for number in range(1, MANAGERS + 1):
        manager, _ = users.get_or_create(username=f"manager-{number:02}", defaults={"is_staff": True})
        manager.groups.add(Group.objects.get(name="Success manager"))
        team.members.add(manager)
    lead, _ = users.get_or_create(username="lead", defaults={"is_staff": True})
    lead.groups.add(Group.objects.get(name="Success lead"))
    team.leads.add(lead)
    return lead


def _open_accounts(orders: dict[int, Orders], lead: Any, now: datetime) -> None:
    """Each at its first order, with the revenue of its last year; the contract renews on that day of the year."""
    opened = Account.objects.values("customer")
    for customer in Customer.objects.filter(id__in=orders).exclude(id__in=opened).order_by("id"):
        ordered = orders[customer.id]
        start = ordered.instants[0]
        values = {
            "annual_revenue": ordered.total(now - YEAR),
            "lifetime_value": sum(ordered.amounts, Decimal(0)),
            "contract_start_date": start.date(),
            "renewal_date": _anniversary(start.date(), now.date()),
            "industry": "Gift shops",
        }
        create_account(
            external_id=customer.external_id, text=AccountText(values=values), owner=None, by=lead, now=start
        )


def _anniversary(day: date, today: date) -> date:
    years = range(today.year, today.year + 2)
    return next(one for one in (day.replace(year=year, day=min(day.day, 28)) for year in years) if one >= today)


def _give_out(boss: Any, now: datetime) -> None:
    members = list(Team.objects.get(code="wholesale").members.values_list("id", flat=True))
    proposed = queries.proposal(queries.capacity_of(boss), members)
    if proposed.accounts:
        balance(among=members, expected=proposed.fingerprint, note="Given out by capacity", by=boss, now=now)


def _write_profiles(orders: dict[int, Orders], now: datetime) -> None:
    nps = answers()
    for account in Account.objects.select_related("customer").order_by("customer_id"):
        ordered = orders[account.customer_id]
        first, second = ordered.instants[0], ordered.instants[1] if len(ordered.instants) > 1 else None
        began = ordered.total(first) - ordered.total(first + timedelta(days=91))
        lately = ordered.total(now - timedelta(days=91))
        update_profile(
            account=account,
            values={
                "nps_score": nps[account.customer.external_id],
                "onboarding_status": "COMPLETED" if second else "IN_PROGRESS",
                "onboarding_started_on": first.date(),
                "onboarding_completed_on": second.date() if second else None,
                "first_value_on": second.date() if second else None,
                "business_objectives": ["Order a fifth more than in the first quarter"],
                "success_criteria": ["Orders of a quarter reach the target"],
            },
            value_metrics=[
                {"name": "Orders of a quarter", "unit": "GBP", "baseline": began, "target": began * Decimal("1.2"),
                 "current": lately},
            ],
            stakeholders=None,
            now=now,
        )  # fmt: skip


def _accounts(**wanted: Any) -> list[Customer]:
    found = Customer.objects.filter(account__isnull=False, owner__isnull=False, **wanted)
    return list(found.select_related("owner").order_by("-account__annual_revenue", "id"))


def _plan(now: datetime) -> None:
    """A plan for each large account, a way back for who is poorly, an expansion for who grows."""
    templates = {one.type: one for one in PlanTemplate.objects.prefetch_related("milestones")}
    poorly = _accounts(health__level__in=(HealthLevel.POOR, HealthLevel.FAIR))[:10]
    large = _accounts(tier__in=(CustomerTier.ENTERPRISE, CustomerTier.MID_MARKET))
    growing = _accounts(expansion_opportunities__isnull=False, health__level=HealthLevel.EXCELLENT)[:4]
    wanted = [
        *((one, SuccessPlanType.RECOVERY, 25) for one in poorly),
        *((one, SuccessPlanType.QUARTERLY, 55) for one in large),
        *((one, SuccessPlanType.EXPANSION, 40) for one in dict.fromkeys(growing)),
        *((one, SuccessPlanType.ANNUAL, 120) for one in large[:3]),
    ]
    for customer, kind, days in wanted:
        starts_on = now.date() - timedelta(days=days)
        values = {"starts_on": starts_on, "title": f"{templates[kind].name}, {starts_on:%B %Y}"}
        plan = create_plan_from(template=templates[kind], customer=customer, values=values, by=customer.owner, now=now)
        plan = update_plan(plan=plan, changes={"status": SuccessPlanStatus.ACTIVE}, by=customer.owner, now=now)
        done = plan.milestones.filter(due_date__lt=now.date() - timedelta(days=6)).order_by("due_date")
        for milestone in done:
            update_milestone(
                milestone=milestone, changes={"status": MilestoneStatus.COMPLETED}, by=customer.owner, now=now
            )


def _review(now: datetime) -> None:
    """The ones that tiers promise; those of the next days are prepared, and large accounts had one last month."""
    for customer in _accounts(tier__in=(CustomerTier.ENTERPRISE, CustomerTier.MID_MARKET)):
        held_at = now - timedelta(days=30 + customer.id % 5)
        review = create_review(
            customer=customer, type=BusinessReviewType.MONTHLY, scheduled_for=held_at, words={}, by=customer.owner,
            now=held_at - timedelta(days=7),
        )  # fmt: skip
        prepare(review=review, by=customer.owner, now=held_at)
        promised = Promise("Send the range of the next season", now.date() + timedelta(days=customer.id % 4))
        meeting = Meeting(
            held_at, [promised], words={"decisions": ["Look at the range of the next season."], "overall_rating": 4}
        )
        hold(review=review, meeting=meeting, by=customer.owner, now=held_at)
    schedule_reviews(now=now)
    for review in BusinessReview.objects.filter(scheduled_for__range=(now, now + timedelta(days=4))):
        prepare(review=review, by=None, now=now)


def _ask(now: datetime) -> None:
    """Those who are ready to be asked, at different steps."""
    ready = list(candidates(Customer.objects.filter(account__isnull=False, owner__isnull=False), now=now)[:9])
    for place, customer in enumerate(ready):
        kind = list(AdvocacyType)[place % len(AdvocacyType)]
        asked_at = now - timedelta(days=40 - place)
        details = {"type": kind, "title": f"{kind.label} with {customer}"}
        activity = create_activity(customer=customer, details=details, by=customer.owner, now=asked_at, is_asked=True)
        for to in (AdvocacyStatus.IN_PROGRESS, AdvocacyStatus.COMPLETED)[: place % 3]:
            activity = move_activity(activity=activity, to=to, by=customer.owner, now=now - timedelta(days=10 - place))
