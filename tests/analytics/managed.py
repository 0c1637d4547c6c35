"""A small world of managers and customers, made by chance that stays, and what is true of it, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from customer_success.models import BusinessReview, HealthAlert, HealthScore, PlanMilestone, Task
from lifecycle.models import Customer, Transition
from tests.factories import (
    AccountFactory,
    BusinessReviewFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    LifecycleFactory,
    PlanMilestoneFactory,
    StatusTagFactory,
    SuccessPlanFactory,
    SuccessProfileFactory,
    TaskFactory,
    TransitionFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_world(seed: int = 1) -> list[Any]:
    """Three managers: one with many customers, one with a few, one with none; some customers are nobody's."""
    chance = Random(seed)
    managers = [UserFactory() for _ in range(3)]
    lifecycle = LifecycleFactory(code="account")
    tags = {
        code: StatusTagFactory(lifecycle=lifecycle, code=code, category=category)
        for code, category in (("ACTIVE", "active"), ("AT_RISK", "risk"), ("CHURNED", "churned"))
    }
    for number in range(24):
        owner = managers[0] if number < 14 else managers[1] if number < 18 else None
        customer = CustomerFactory(owner=owner, tier=chance.choice(["ENTERPRISE", "SMALL_BUSINESS", None]))
        if number % 5:
            _account(customer, chance)
        _status(customer, lifecycle, list(tags.values()), chance)
        _health(customer, chance)
        _work(customer, chance, managers)
    return managers


def _at(chance: Random) -> datetime:
    """Hours from 40 days ago to ten days ahead; often at midnight."""
    return NOW.replace(hour=0) + DAY * chance.randint(-40, 10) + HOUR * chance.choice([0, 0, 7, 12, 23])


def _account(customer: Customer, chance: Random) -> None:
    renewal = chance.choice([None, *(NOW.date() + DAY * days for days in (-1, 0, 5, 89, 90))])
    account = AccountFactory(
        customer=customer, annual_revenue=chance.choice([None, 1000, 2500]), renewal_date=renewal, profile=None
    )
    SuccessProfileFactory(account=account, nps_score=chance.choice([None, 0, 6, 7, 8, 9, 10]))


def _status(customer: Customer, lifecycle: Any, tags: list[Any], chance: Random) -> None:
    """Some moves back and forth; the last is the standing."""
    before = None
    for at in sorted(_at(chance) for _ in range(chance.randint(0, 3))):
        tag = chance.choice([one for one in tags if one != before])
        TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=before, to_tag=tag, applied_at=at)
        before, entered = tag, at
    if before:
        CustomerStatusFactory(lifecycle=lifecycle, customer=customer, tag=before, entered_at=entered)


def _health(customer: Customer, chance: Random) -> None:
    days = sorted({_at(chance).date() for _ in range(chance.randint(0, 3))})
    scores = [HealthScoreFactory(customer=customer, day=day, score=chance.randint(0, 100)) for day in days]
    if scores:
        CustomerHealthFactory(customer=customer, day=days[-1], score=scores[-1].score)


def _work(customer: Customer, chance: Random, managers: list[Any]) -> None:
    for _ in range(3):
        made = _at(chance)
        closed = made + HOUR * chance.randint(1, 400) if chance.random() < 0.7 else None
        state = chance.choice(["DONE", "DONE", "DROPPED"]) if closed else "OPEN"
        TaskFactory(
            customer=customer, owner=chance.choice([*managers, None]), type=chance.choice(["CALL", "EMAIL", "RENEWAL"]),
            created_at=made, due_at=made + HOUR * chance.randint(1, 200), state=state, closed_at=closed,
        )  # fmt: skip
    plan = SuccessPlanFactory(
        customer=customer,
        status=chance.choice(["ACTIVE", "COMPLETED", "DRAFT", "CANCELLED"]),
        created_at=NOW - 60 * DAY,
    )
    for _ in range(2):
        done = _at(chance) if chance.random() < 0.6 else None
        status = "COMPLETED" if done else chance.choice(["PENDING", "OVERDUE", "CANCELLED"])
        PlanMilestoneFactory(
            plan=plan, due_date=_at(chance).date(), status=status, completed_at=done, progress=100 if done else 0
        )
    for _ in range(2):
        held = _at(chance) if chance.random() < 0.6 else None
        status = "HELD" if held else chance.choice(["SCHEDULED", "MISSED", "CANCELLED"])
        BusinessReviewFactory(customer=customer, scheduled_for=_at(chance), held_at=held, status=status)
    for number in range(2):
        opened = _at(chance)
        answered, ended = (opened + HOUR * chance.randint(1, 60) if chance.random() < 0.5 else None for _ in range(2))
        HealthAlertFactory(
            customer=customer, threshold=number, opened_at=opened, due_at=opened + DAY, answered_at=answered,
            handled_at=answered and answered + DAY,
            ended_at=ended,
        )  # fmt: skip


def counted(manager: Any, as_of: datetime) -> dict[str, float]:
    """Every sum of a manager, by loops over rows."""
    customers = list(Customer.objects.filter(owner=manager))
    found: dict[str, float] = {"customers": len(customers)}
    found |= _of_customers(customers, as_of) | _of_tasks(manager, as_of) | _of_work(customers, as_of)
    return found


def _tag_at(customer: Customer, as_of: datetime) -> str | None:
    moves = [one for one in Transition.objects.filter(customer=customer) if one.applied_at <= as_of]
    last = max(moves, key=lambda one: (one.applied_at, one.id), default=None)
    return last.to_tag.code if last else None


def _score_at(customer: Customer, day: date) -> int | None:
    scores = [one for one in HealthScore.objects.filter(customer=customer) if one.day <= day]
    return max(scores, key=lambda one: one.day).score if scores else None


def _of_customers(customers: list[Customer], as_of: datetime) -> dict[str, float]:
    found = dict.fromkeys(
        ("accounts", "revenue", "at_risk", "scored", "score_sum", "scored_twice", "change_sum", "renewals",
         "renewal_revenue", "answers", "promoters", "detractors"), 0.0)  # fmt: skip
    for customer in customers:
        tag, account = _tag_at(customer, as_of), getattr(customer, "account", None)
        if tag == "CHURNED":
            continue
        now, then = _score_at(customer, as_of.date()), _score_at(customer, SINCE.date())
        found["scored"] += now is not None
        found["score_sum"] += now or 0
        if now is not None and then is not None:
            found["scored_twice"] += 1
            found["change_sum"] += now - then
        if account is not None and account.profile.nps_score is not None:
            found["answers"] += 1
            found["promoters"] += account.profile.nps_score in (9, 10)
            found["detractors"] += account.profile.nps_score <= 6
        if account is None:
            continue
        found["accounts"] += 1
        found["revenue"] += float(account.annual_revenue or 0)
        found["at_risk"] += tag == "AT_RISK"
        if account.renewal_date and 0 <= (account.renewal_date - as_of.date()).days < 90:
            found["renewals"] += 1
            found["renewal_revenue"] += float(account.annual_revenue or 0)
    return found


def _of_tasks(manager: Any, as_of: datetime) -> dict[str, float]:
    known = [one for one in Task.objects.filter(owner=manager) if one.created_at <= as_of]
    opened = [one for one in known if one.closed_at is None or one.closed_at > as_of]
    done = [one for one in known if one not in opened and one.state == "DONE" and SINCE <= one.closed_at < UNTIL]
    hours = [(one.closed_at - one.created_at).total_seconds() / 3600 for one in done]
    return {
        "open": len(opened),
        "overdue": sum(one.due_at < as_of for one in opened),
        "done": len(done),
        "done_in_time": sum(one.closed_at <= one.due_at for one in done),
        "median_hours": median(hours) if hours else 0,
    }


def _of_work(customers: list[Customer], as_of: datetime) -> dict[str, float]:
    milestones = [
        one
        for one in PlanMilestone.objects.filter(plan__customer__in=customers).select_related("plan")
        if one.plan.status in {"ACTIVE", "COMPLETED", "ON_HOLD"} and one.status != "CANCELLED"
        and SINCE.date() <= one.due_date < UNTIL.date()
        and (one.due_date < as_of.date() or (one.completed_at and one.completed_at <= as_of))
    ]  # fmt: skip
    all_reviews = list(BusinessReview.objects.filter(customer__in=customers).exclude(status="CANCELLED"))
    reviews = [one for one in all_reviews if SINCE <= one.scheduled_for < UNTIL and one.scheduled_for <= as_of]
    held = [one for one in all_reviews if one.held_at and SINCE <= one.held_at < UNTIL and one.held_at <= as_of]
    contacts = [
        one
        for one in Task.objects.filter(customer__in=customers, state="DONE", type__in=("CALL", "EMAIL", "MEETING"))
        if SINCE <= one.closed_at < UNTIL and one.closed_at <= as_of
    ]
    alerts = [
        one
        for one in HealthAlert.objects.filter(customer__in=customers)
        if SINCE <= one.due_at < UNTIL and one.due_at <= as_of
        and (_in_time(one) or one.ended_at is None or one.ended_at > one.due_at)
    ]  # fmt: skip
    return {
        "milestones": len(milestones),
        "milestones_on_time": sum(
            bool(one.completed_at and one.completed_at <= as_of and one.completed_at.date() <= one.due_date)
            for one in milestones
        ),
        "reviews": len(reviews),
        "reviews_held": sum(one.status == "HELD" and one.held_at <= as_of for one in reviews),
        "contacts": len(held) + len(contacts),
        "alerts": len(alerts),
        "alerts_in_time": sum(_in_time(one) for one in alerts),
    }


def _in_time(alert: HealthAlert) -> bool:
    return alert.answered_at is not None and alert.answered_at <= alert.due_at
