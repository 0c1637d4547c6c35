"""A small world of accounts: their profiles, contracts, health and work, and what changed in them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    BusinessReviewFactory,
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    ExpansionOpportunityFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    SuccessProfileFactory,
    TransitionFactory,
    UserFactory,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAST = datetime(2026, 1, 15, tzinfo=UTC)  # at midnight
DAY = timedelta(days=1)
LEVELS = ("POOR", "FAIR", "GOOD", "EXCELLENT")


def world():
    """Sixty accounts of two managers and of nobody; a third churned, some of these came back; what their profiles
    and contracts say changed twice, some only after NOW − 30 days; and customers without an account."""
    random, owners = Random(11), [UserFactory(), UserFactory(), None]
    lifecycle = LifecycleFactory(code="account")
    tags = {
        code: StatusTagFactory(lifecycle=lifecycle, code=code, category=category)
        for code, category in (("ACTIVE", "active"), ("CHURNED", "churned"))
    }
    for number in range(60):
        customer = CustomerFactory(owner=owners[number % 3])
        opened_at = NOW - random.choice([10, 54, 90, 100, 365, 366, 420, 729, 730, 900]) * DAY
        account = AccountFactory(
            customer=customer, opened_at=opened_at, profile=None, annual_revenue=random.choice([None, 0, 1000, 5000]),
            lifetime_value=random.choice([None, 900, 4000]),
            contract_start_date=random.choice([None, opened_at.date() + 5 * DAY]),
        )  # fmt: skip
        _moves(customer, lifecycle, tags, opened_at, random)
        _profile(account, opened_at, random)
        _work(customer, opened_at, random)
    CustomerFactory(owner=owners[0])
    return owners[0]


def _moves(customer, lifecycle, tags, opened_at, random):
    path = random.choice([("ACTIVE",), ("ACTIVE",), ("ACTIVE", "CHURNED"), ("ACTIVE", "CHURNED", "ACTIVE")])
    at, tag = opened_at, None
    for code in path:
        TransitionFactory(lifecycle=lifecycle, customer=customer, from_tag=tag, to_tag=tags[code], applied_at=at)
        tag, entered_at = tags[code], at
        at += (NOW - at) * random.choice([0.3, 0.6, 0.9])
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=tag, entered_at=entered_at)


def _profile(account, opened_at, random):
    """Versions at the opening and twice after; of the contract as well."""
    profile = SuccessProfileFactory(account=account, updated_at=opened_at)
    for part in (0.4, 0.97):
        at = opened_at + (NOW - opened_at) * part
        licensed, features = random.choice([None, 0, 10, 25]), random.choice([None, 0, 8])
        about = {
            "updated_at": at,
            "nps_score": random.choice([None, 0, 6, 7, 8, 9, 10, 10]),
            "csat_score": random.choice([None, Decimal("3.5"), 5]),
            "ces_score": random.choice([None, 2, 7]),
            "licensed_users": licensed,
            "active_users": random.choice([None, (licensed or 0) // 2, licensed]),
            "features_available": features,
            "features_used": random.choice([None, (features or 0) // 2, features]),
            "training_completion": random.choice([None, 0, 80]),
            "roi": random.choice([None, 0, -5, 120]),
        }
        began = opened_at.date() + 2 * DAY
        if began <= at.date():
            about["onboarding_started_on"] = random.choice([None, began, began, began])
            later = began + random.choice([0, 29, 30, 31, 89, 90, 91]) * DAY
            about["first_value_on"] = later if about["onboarding_started_on"] else None
        _change(profile, about)
        revenue = random.choice([None, 500, 1000, 9000])
        _change(
            account,
            {
                "annual_revenue": revenue,
                "lifetime_value": random.choice([None, 700 + account.customer_id % 7]),
                "updated_at": at,
            },
        )


def _change(row, about):
    for name, value in about.items():
        setattr(row, name, value)
    row.save()


def _work(customer, opened_at, random):
    """Health that changed, favours, reviews and opportunities at all distances."""
    days = [(PAST - 3 * DAY).date(), (PAST + 5 * DAY).date()]
    if random.random() < 0.8:
        for day in days:
            score = HealthScoreFactory(customer=customer, day=day, level=random.choice(LEVELS))
        CustomerHealthFactory(customer=customer, day=days[-1], level=score.level, score=score.score)
    for _ in range(random.randrange(3)):
        at = opened_at + (NOW - opened_at) * random.random() * 1.1
        AdvocacyActivityFactory(
            customer=customer, type=random.choice(["CASE_STUDY", "REFERENCE_CALL"]), status="COMPLETED",
            requested_at=at, completed_at=at,
        )  # fmt: skip
        won_at = opened_at + random.choice([100, 364, 365, 370]) * DAY
        status = random.choice(["WON", "LOST"])
        ExpansionOpportunityFactory(
            customer=customer,
            kind="ROI",
            status=status,
            ended_at=won_at,
            won_amount=100 + customer.id % 5 if status == "WON" else None,
        )
        due = NOW - random.choice([-3, 0, 1, 54, 89, 90, 144, 150]) * DAY
        status = random.choice(["SCHEDULED", "HELD", "HELD", "CANCELLED", "MISSED"])
        BusinessReviewFactory(
            customer=customer, scheduled_for=due, status=status, held_at=due + DAY if status == "HELD" else None
        )
