"""A made-up portfolio with a past, and what plain loops over its rows say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from customer_success.models import Account, ExpansionOpportunity, HealthAlert, HealthScore, TierChange
from lifecycle.models import Customer, Transition
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    ExpansionOpportunityFactory,
    HealthAlertFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    TierChangeFactory,
    TransitionFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SIZES = (None, "49", "50", "249", "250", "999", "1000", "Start-up")
BANDS = dict(zip(SIZES, (None, "small", "medium", "medium", "large", "large", "enterprise", "start-up"), strict=True))


def level_of(score: int) -> str:
    return "EXCELLENT" if score >= 85 else "GOOD" if score >= 70 else "FAIR" if score >= 50 else "POOR"


def day(back: int) -> datetime:
    return NOW - timedelta(days=back)


@dataclass(frozen=True)
class Row:
    """A customer whose health is followed at an instant, as loops find it."""

    customer: Customer
    score: int
    level: str
    trend: str


def build(seed: int, number: int = 40) -> list[int]:
    """Customers of two managers and of nobody; returns the managers' ids."""
    chance = Random(seed)
    lifecycle = LifecycleFactory(code="account")
    tags = {
        code: StatusTagFactory(lifecycle=lifecycle, code=code, category=code.lower()) for code in ("ACTIVE", "CHURNED")
    }
    owners = [UserFactory(), UserFactory(), None]
    for _ in range(number):
        customer = CustomerFactory(
            owner=chance.choice(owners), tier=chance.choice(["ENTERPRISE", "TRIAL", None]),
            plan=chance.choice(["Pro", None]), traits={"company_size": size} if (size := chance.choice(SIZES)) else {},
        )  # fmt: skip
        if chance.random() < 0.8:
            industry = chance.choice(["Healthcare", "Finance", None])
            AccountFactory(
                customer=customer, industry=industry,
                annual_revenue=chance.choice([None, chance.randint(1, 99) * 1000]),
                lifetime_value=chance.choice([None, 500]), opened_at=day(chance.choice([800, 40])),
            )  # fmt: skip
            _moves(chance, customer, tags)
        _health(chance, customer)
        if chance.random() < 0.3:
            TierChangeFactory(
                customer=customer, from_tier="TRIAL", to_tier=customer.tier, changed_at=day(chance.choice([10, 45]))
            )
        if chance.random() < 0.4:
            ended = chance.choice([None, day(20), day(30)])
            HealthAlertFactory(customer=customer, opened_at=day(chance.choice([5, 40, 90])), ended_at=ended)
        if chance.random() < 0.5:
            ended = chance.choice([None, day(20), day(30), day(300), day(365)])
            detected = day(35) if ended in {None, day(20)} else day(400)
            status = "OPEN" if ended is None else chance.choice(["WON", "LOST"])
            ExpansionOpportunityFactory(
                customer=customer, status=status, detected_at=detected, ended_at=ended, refreshed_at=detected,
                probability=50, won_amount=10 if status == "WON" else None,
            )  # fmt: skip
    return [one.id for one in owners if one]


def _moves(chance: Random, customer: Customer, tags: dict[str, object]) -> None:
    """From the start on active; some churn, and of these some come back."""
    lifecycle = tags["ACTIVE"].lifecycle
    last, at = None, day(700)
    for code in ("ACTIVE", "CHURNED", "ACTIVE")[: chance.choice([1, 1, 2, 3])]:
        TransitionFactory(
            lifecycle=lifecycle, customer=customer, from_tag=last, to_tag=tags[code], applied_at=at, reason="so"
        )
        entered, last = at, tags[code]
        at += timedelta(days=chance.choice([320, 640, 655, 670]) if code == "ACTIVE" else chance.choice([1, 5]))
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=last, entered_at=entered)


def _health(chance: Random, customer: Customer) -> None:
    """None, one or more scores, the latest of which is the one in force."""
    for back in sorted(chance.sample([0, 1, 30, 31, 60, 200], chance.choice([0, 1, 3, 5])), reverse=True):
        score = chance.choice([0, 49, 50, 69, 70, 84, 85, 100])
        said = {"score": score, "level": level_of(score), "trend": chance.choice(["DECLINING", "STABLE", "UNKNOWN"])}
        HealthScoreFactory(customer=customer, day=day(back).date(), recorded_at=day(back), **said)
    if customer.health_scores.exists():
        CustomerHealthFactory(customer=customer, day=day(back).date(), computed_at=day(back), **said)


def customers_of(owners: Collection[int] | None) -> list[Customer]:
    return [one for one in Customer.objects.order_by("id") if owners is None or one.owner_id in owners]


def status(customer: Customer, at: datetime) -> str | None:
    moves = Transition.objects.filter(customer=customer, applied_at__lte=at).order_by("applied_at", "id")
    return moves.last().to_tag.code if moves else None


def score(customer: Customer, at: datetime) -> int:
    """The last by then."""
    return [one for one in HealthScore.objects.filter(customer=customer).order_by("day") if one.day <= at.date()][
        -1
    ].score


def followed(owners: Collection[int] | None, at: datetime) -> list[Row]:
    found = []
    for customer in customers_of(owners):
        scores = [one for one in HealthScore.objects.filter(customer=customer).order_by("day") if one.day <= at.date()]
        if scores and status(customer, at) != "CHURNED":
            found.append(Row(customer, scores[-1].score, scores[-1].level, scores[-1].trend))
    return found


def group(customer: Customer, dimension: str, at: datetime) -> str:
    account = Account.objects.filter(customer=customer).first()
    match dimension:
        case "tier":
            later = TierChange.objects.filter(customer=customer, changed_at__gt=at).order_by("changed_at").first()
            return (later.from_tier if later else customer.tier) or ""
        case "plan":
            return customer.plan or ""
        case "industry":
            return (account.industry if account else None) or ""
        case _:
            return BANDS[customer.traits.get("company_size")] or ""


def revenue(customer: Customer) -> Decimal | None:
    account = Account.objects.filter(customer=customer).first()
    return account.annual_revenue if account else None


def has_alert(customer: Customer, at: datetime) -> bool:
    alerts = HealthAlert.objects.filter(customer=customer)
    return any(one.opened_at <= at and (one.ended_at is None or one.ended_at > at) for one in alerts)


def may_expand(row: Row, at: datetime) -> bool:
    live = ExpansionOpportunity.objects.filter(customer=row.customer)
    return row.score >= 70 and any(
        one.detected_at <= at and (one.ended_at is None or one.ended_at > at) for one in live
    )


def risks(row: Row, at: datetime) -> set[str]:
    found = {"all", row.level}
    found |= {"at_risk"} if row.score < 70 else set()
    found |= {"churn_risk"} if row.score < 50 else set()
    found |= {"declining"} if row.trend == "DECLINING" else set()
    found |= {"to_look_at"} if row.score < 50 or row.trend == "DECLINING" else set()
    found |= {"alerts"} if has_alert(row.customer, at) else set()
    return found | ({"expansion"} if may_expand(row, at) else set())


def levels_before(owners: Collection[int] | None, at: datetime) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for customer in customers_of(owners):
        moves = Transition.objects.filter(customer=customer, to_tag__code="CHURNED").order_by("applied_at")
        gone = [one.applied_at for one in moves if at - timedelta(days=90) < one.applied_at <= at]
        if gone:
            latest = (gone[-1] - timedelta(days=30)).date()
            scores = [
                one.level for one in HealthScore.objects.filter(customer=customer).order_by("day") if one.day <= latest
            ]
            found[scores[-1] if scores else "UNKNOWN"] += 1
    return dict(found)
