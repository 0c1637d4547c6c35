"""What insights compare is what loops over the rows find: of everybody, of a portfolio, and as of a past day."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from random import Random

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction

from analytics.queries.insights import customers_behind, insights
from analytics.queries.reports import ask
from analytics.rules.insights import TOPICS
from analytics.sql.folds import by_group
from campaigns.models import Enrollment
from customer_success.models import HealthScore, Task
from lifecycle.models import Customer, DailyMetrics, Transition
from tests.factories import (
    CustomerFactory,
    CustomerHealthFactory,
    CustomerStatusFactory,
    DailyMetricsFactory,
    EnrollmentFactory,
    HealthScoreFactory,
    LifecycleFactory,
    StatusTagFactory,
    TaskFactory,
    TierChangeFactory,
    TransitionFactory,
    UserFactory,
)

from .health_world import NOW, day, group, level_of

pytestmark = pytest.mark.django_db
TAGS = {"NEW": "learning", "UP": "active", "RISK": "risk", "PAUSED": "paused", "GONE": "churned", "TOP": "active"}
INSTANTS = (NOW, NOW - timedelta(days=30), NOW - timedelta(days=500))
# Days before NOW, on and beside the limits of the reports.
MOMENTS = (500, 400, 365, 200, 120, 100, 91, 90, 89, 70, 61, 60, 50, 44, 38, 37, 36, 30, 10, 1)

# What chance seldom makes: a pause after the entry, the last instants that count, several moves at once.
PATHS = (
    ((100, "NEW"), (90, "PAUSED")),
    ((200, "NEW"), (140, "UP")),
    ((100, "NEW"), (100, "UP")),
    ((100, "NEW"), (86, "UP")),
    ((100, "NEW"), (26, "UP")),
    ((74, "NEW"), (20, "UP")),
    ((100, "UP"), (100, "NEW"), (90, "UP")),
    ((100, "RISK"), (93, "UP")),
    ((100, "RISK"), (63, "UP")),
    ((100, "RISK"), (80, "PAUSED")),
    ((100, "RISK"), (100, "UP")),
    ((200, "RISK"), (190, "UP"), (100, "RISK")),
    ((100, "UP"), (100, "RISK"), (100, "UP"), (100, "RISK")),
)


@pytest.fixture(params=range(2), scope="module")
def lifecycle(kept, request):
    with transaction.atomic():
        yield _course(Random(request.param))
        transaction.set_rollback(True)


def _course(chance):
    """Customers who went to and fro, and what else the topics look at."""
    found = LifecycleFactory(code="course")
    for code, category in TAGS.items():
        StatusTagFactory(lifecycle=found, code=code, category=category)
    for number, path in enumerate(PATHS):
        customer = CustomerFactory()
        went(customer, found, path)
        EnrollmentFactory(customer=customer, entered_at=day(path[0][0] - 7 * (number % 2)), end_reason="")
    owner = UserFactory(username="mia")
    for number in range(60):
        customer = CustomerFactory(
            owner=chance.choice([owner, None]), tier=chance.choice(["TRIAL", "ENTERPRISE", None])
        )
        for back in (100, 50, 10) if number % 3 == 0 else ():
            TierChangeFactory(customer=customer, from_tier=f"BEFORE_{back}", to_tier="", changed_at=day(back))
        path, last = [], None
        for back in sorted(chance.sample(MOMENTS, chance.randint(0, 5)), reverse=True):
            last = chance.choice([one for one in TAGS if one != last])
            path.append((back, last))
        went(customer, found, path)
        for back in chance.sample((121, 120, 119, 90, 89, 40), chance.randint(0, 2)):
            DailyMetricsFactory(customer=customer, metric_date=day(back).date())
        for after in chance.sample((-1, 0, 5, 13, 14), 2) if path else ():
            on = {"customer": customer, "metric_date": day(path[0][0] - after).date()}
            if not DailyMetrics.objects.filter(**on).exists():
                DailyMetricsFactory(**on, features_used=chance.choice([0, 2]))
        for back in chance.sample(MOMENTS, chance.randint(0, 2)):
            EnrollmentFactory(
                customer=customer, entered_at=day(back - 3), end_reason=chance.choice(["", "holdout", "end"])
            )
        for _ in range(chance.randint(0, 2)):
            closed = chance.choice([None, day(31), day(5)])
            TaskFactory(
                customer=customer, created_at=day(chance.choice([60, 29])), due_at=day(chance.choice([40, 30, 20])),
                closed_at=closed, state="DONE" if closed else "OPEN",
            )  # fmt: skip
        for back in sorted(chance.sample((90, 60, 30, 29, 0), chance.randint(0, 3)), reverse=True):
            score = chance.choice([60, 64, 65, 70])
            HealthScoreFactory(
                customer=customer, score=score, level=level_of(score), day=day(back).date(), recorded_at=day(back)
            )
        if customer.health_scores.exists():
            CustomerHealthFactory(
                customer=customer, score=score, level=level_of(score), day=day(back).date(), computed_at=day(back)
            )
    return found


def went(customer, lifecycle, path):
    """Through tags, each so many days before NOW; also several in one instant."""
    last = entered = None
    for back, code in path:
        to = lifecycle.tags.get(code=code)
        TransitionFactory(
            lifecycle=lifecycle, customer=customer, from_tag=last, to_tag=to, applied_at=day(back), reason="so"
        )
        last, entered = to, day(back)
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=last, entered_at=entered)


def moves_of(customer, until):
    return list(Transition.objects.filter(customer=customer, applied_at__lte=until).order_by("applied_at", "id"))


def standing(customer, at):
    moves = moves_of(customer, at)
    return moves[-1].to_tag if moves else None


def churn(customer, at, since):
    tag = standing(customer, since)
    if tag is None or tag.category == "churned":
        return None
    return int(any(one.to_tag.category == "churned" for one in moves_of(customer, at) if one.applied_at > since))


def of_churn(customer, at):
    since = at - timedelta(days=90)
    value, tier = churn(customer, at, since), group(customer, "tier", since)
    return [] if value is None or not tier else [("tier", tier, value)]


def of_idle(customer, at):
    value = churn(customer, at, at - timedelta(days=90))
    days = [one.metric_date for one in DailyMetrics.objects.filter(customer=customer)]
    is_active = any(120 > (at.date() - one).days >= 90 for one in days)
    return [] if value is None else [("activity", "not idle" if is_active else "idle", value)]


def of_progress(customer, at):
    moves = moves_of(customer, at)
    if not moves or not 60 <= (at - moves[0].applied_at).days < 365:
        return []
    first = moves[0]
    went_on = any(
        one.to_tag.position > first.to_tag.position and one.to_tag.category in {"learning", "active", "prospect"}
        for one in moves[1:]
        if one.applied_at <= first.applied_at + timedelta(days=60)
    )
    return [("entered", f"{first.applied_at:%Y-%m}", int(went_on))]


def of_features(customer, at):
    moves = moves_of(customer, at)
    if not moves or not 74 <= (at - moves[0].applied_at).days < 365:
        return []
    first = moves[0]
    landmark = first.applied_at + timedelta(days=14)
    forward = [
        one.applied_at
        for one in moves[1:]
        if one.to_tag.position > first.to_tag.position and one.to_tag.category in {"learning", "active", "prospect"}
    ]
    if any(one <= landmark for one in forward):
        return []
    used = any(
        one.features_used and first.applied_at.date() <= one.metric_date < landmark.date()
        for one in DailyMetrics.objects.filter(customer=customer)
    )
    is_on = any(one <= landmark + timedelta(days=60) for one in forward)
    return [("features", "used" if used else "without", int(is_on))]


def of_recovery(customer, at):
    moves = moves_of(customer, at)
    entries = [
        one
        for one in moves
        if one.to_tag.category == "risk" and (one.from_tag is None or one.from_tag.category != "risk")
        and timedelta(days=37) <= at - one.applied_at < timedelta(days=365)
    ]  # fmt: skip
    if not entries:
        return []
    entered = entries[-1].applied_at
    landmark = entered + timedelta(days=7)
    later = [one for one in moves[moves.index(entries[-1]) + 1 :] if one.applied_at <= landmark + timedelta(days=30)]
    if any(one.applied_at <= landmark and one.to_tag.category != "risk" for one in later):
        return []
    is_well = any(
        one.applied_at > landmark and one.to_tag.category in {"learning", "active", "prospect"} for one in later
    )
    enrolled = any(
        entered <= one.entered_at <= landmark and one.end_reason != "holdout"
        for one in Enrollment.objects.filter(customer=customer)
    )
    return [("campaign", "enrolled" if enrolled else "without", int(is_well))]


def score_of(customer, at):
    scores = [
        one.score for one in HealthScore.objects.filter(customer=customer).order_by("day") if one.day <= at.date()
    ]
    return scores[-1] if scores else None


def of_overdue(customer, at):
    then = at - timedelta(days=30)
    before, now = score_of(customer, then), score_of(customer, at)
    if before is None:
        return []
    overdue = any(
        one.due_at < then and one.created_at <= then and (one.closed_at is None or one.closed_at > then)
        for one in Task.objects.filter(customer=customer)
    )
    return [("tasks", "overdue" if overdue else "without", int(before - now >= 5))]


def of_health(customer, at):
    score, tier = score_of(customer, at), group(customer, "tier", at)
    return [] if score is None or not tier else [("tier", tier, score)]


LOOPS = {
    "churn": of_churn, "idle": of_idle, "progress": of_progress, "recovery": of_recovery, "overdue": of_overdue,
    "health": of_health, "features": of_features,
}  # fmt: skip


@pytest.mark.parametrize("code", LOOPS)
def test_each_customer_counts_as_loops_find(lifecycle, code):
    seen = 0
    mia = User.objects.get(username="mia").id
    for owners, at in product((None, {mia}, {0}), INSTANTS):
        customers = [one for one in Customer.objects.all() if owners is None or one.owner_id in owners]
        expected = [(one.id, *row) for one in customers for row in LOOPS[code](one, at)]
        seen += len(expected)

        rows = ask(f"insight_{code}", owners=owners, as_of=at, lifecycle=lifecycle.id)

        assert sorted((row.customer_id, row.dimension, row.part, row.value) for row in rows) == sorted(expected)
    assert seen


def test_groups_are_the_sums_of_their_customers(lifecycle):
    about = {"owners": None, "as_of": NOW, "lifecycle": lifecycle.id}
    values = {}
    for row in ask("insight_health", **about):
        values.setdefault((row.dimension, row.part), []).append(row.value)

    rows = ask("insight_health", **about, fold=by_group)

    assert {(row.dimension, row.part): (row.n, row.total, row.squares) for row in rows} == {
        key: (len(found), sum(found), sum(one**2 for one in found)) for key, found in values.items()
    }


def test_the_customers_behind_are_those_that_were_counted(lifecycle):
    cache.clear()
    topic = next(one for one in TOPICS if one.code == "idle")
    about = {"lifecycle": lifecycle, "dimension": "activity", "part": "idle", "now": NOW}

    rows = customers_behind(topic, **about, owners=None).rows

    counted = {one.id: LOOPS["idle"](one, NOW) for one in Customer.objects.all()}
    expected = {number: found[0][2] for number, found in counted.items() if found and found[0][1] == "idle"}
    assert {row.customer_id: row.value for row in rows} == expected


def test_nobody_there_is_nothing_told(lifecycle):
    found = insights(owners=None, now=day(5000))

    assert (found.compared, found.found) == (0, [])
