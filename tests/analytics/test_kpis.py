"""Key figures: how they are judged, and what their page says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from analytics.engine.defaults import load_defaults
from analytics.models import KpiTarget
from analytics.queries import kpi_standing, kpi_standings
from analytics.rules.kpis import BY_CODE, KPIS, UNMEASURED, Standing, problem_with, standing
from lifecycle.models import Customer, Lifecycle
from tests.factories import (
    AdvocacyActivityFactory,
    CustomerFactory,
    CustomerStatusFactory,
    FigureFactory,
    KpiTargetFactory,
    LifecycleFactory,
    SnapshotFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAGE = "/admin/analytics/snapshot/kpis/"


@pytest.mark.parametrize(
    ("code", "value", "n", "target", "expected"),
    [
        ("nps", "50", 5, "50", Standing.REACHED),
        ("nps", "45", 5, "50", Standing.NEAR),
        ("nps", "44.9", 5, "50", Standing.MISSED),
        ("nps", "-11", 5, "-10", Standing.NEAR),
        ("nps", "50", 4, "50", Standing.UNKNOWN),
        ("nps", None, 0, "50", Standing.UNKNOWN),
        ("nps", "50", 5, None, Standing.UNKNOWN),
        ("churn_rate", "15", 5, "15", Standing.REACHED),
        ("churn_rate", "16.5", 5, "15", Standing.NEAR),
        ("churn_rate", "16.6", 5, "15", Standing.MISSED),
        ("case_studies", "5", 1, "5", Standing.REACHED),
        ("case_studies", "0", 0, "5", Standing.MISSED),
    ],
)
def test_a_figure_is_judged_by_its_target(code, value, n, target, expected):
    value, target = (None if one is None else Decimal(one) for one in (value, target))

    assert standing(BY_CODE[code], value, n, target) is expected


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.code)
def test_a_shipped_target_is_possible(kpi):
    assert problem_with(kpi, kpi.target) == ""
    assert kpi.area
    assert kpi.source
    assert kpi.definition.endswith(".")


@pytest.fixture
def learners():
    """Six learners of mia, four of them active for a year; two more of nobody, not active."""
    load_defaults(now=NOW)
    lifecycle, mia = LifecycleFactory(code="learning"), UserFactory(username="mia", is_staff=True)
    mia.groups.add(Group.objects.get(name="Success manager"))
    active, gone = (StatusTagFactory(lifecycle=lifecycle, code=code) for code in ("ST_001", "ST_006"))
    for number in range(8):
        customer, tag = CustomerFactory(owner=mia if number < 6 else None), active if number < 4 else gone
        about = {"lifecycle": lifecycle, "customer": customer}
        begun = NOW - timedelta(days=365)
        TransitionFactory(**about, from_tag=None, to_tag=active, applied_at=begun)
        entered = begun if tag is active else NOW - timedelta(days=10)
        if tag is gone:
            TransitionFactory(**about, from_tag=active, to_tag=gone, applied_at=entered)
        CustomerStatusFactory(**about, tag=tag, entered_at=entered)
    return mia


def test_a_portfolio_is_told_of_now_and_of_30_days_before(learners):
    said = kpi_standing("active_learner_rate", owners={learners.id}, now=NOW)

    assert (round(said.value, 2), said.n, said.before) == (Decimal("66.67"), 6, 100)
    assert (said.standing, said.is_better) == (Standing.NEAR, False)


def test_everybody_is_told_of_what_was_kept(learners):
    report = {"report": "kpi_active_learner_rate", "lifecycle": Lifecycle.objects.get()}
    for day, value in ((date(2026, 2, 7), 40), (date(2026, 2, 20), None), (date(2026, 3, 9), 80)):
        snapshot = SnapshotFactory(day=day, as_of=datetime(day.year, day.month, day.day, 23, tzinfo=UTC))
        FigureFactory(**report, snapshot=snapshot, value=value, n=10)

    said = kpi_standing("active_learner_rate", owners=None, now=NOW)

    assert (said.value, said.n, said.before, said.standing) == (80, 10, 40, Standing.REACHED)
    assert said.as_of == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert [value for _, value in said.days] == [40, None, 80]


@pytest.mark.parametrize(("day", "before"), [
    (date(2026, 2, 6), None), (date(2026, 2, 7), 40), (date(2026, 3, 2), 40), (date(2026, 3, 3), None),
])  # fmt: skip
def test_a_month_before_is_the_earliest_day_that_is_a_week_old(learners, day, before):
    report = {"report": "kpi_active_learner_rate", "lifecycle": Lifecycle.objects.get()}
    for on, value in ((day, 40), (date(2026, 3, 9), 80)):
        FigureFactory(**report, snapshot=SnapshotFactory(day=on), value=value, n=10)

    assert kpi_standing("active_learner_rate", owners=None, now=NOW).before == before


def test_a_churn_that_falls_is_better():
    KpiTargetFactory(code="churn_rate", target=15)
    for day, value in ((date(2026, 2, 7), 20), (date(2026, 3, 9), 10)):
        FigureFactory(report="kpi_churn_rate", snapshot=SnapshotFactory(day=day), value=value, n=10)

    assert kpi_standing("churn_rate", owners=None, now=NOW).is_better is True


def test_a_portfolio_is_not_judged_by_a_sum_for_everybody(learners):
    AdvocacyActivityFactory(
        customer__owner=learners, type="CASE_STUDY", status="COMPLETED", requested_at=NOW, completed_at=NOW
    )

    mine = kpi_standing("case_studies", owners={learners.id}, now=NOW)
    ours = kpi_standing("case_studies", owners=None, now=NOW)

    assert (mine.value, mine.standing) == (1, Standing.UNKNOWN)
    assert (ours.value, ours.standing) == (1, Standing.MISSED)


def test_the_figures_of_everybody_take_few_statements(learners, django_assert_max_num_queries):
    snapshot = SnapshotFactory(day=NOW.date(), as_of=NOW)
    for kpi in KPIS:
        FigureFactory(snapshot=snapshot, report=kpi.report)

    with django_assert_max_num_queries(3):
        kpi_standings(owners=None, now=NOW)


@time_machine.travel(NOW, tick=False)
def test_the_page_shows_each_figure_with_its_definition_and_customers(learners):
    client = Client()
    client.force_login(learners)

    page = client.get(PAGE).content.decode()

    assert all(f'id="{kpi.code}"' in page and f"#{kpi.report}" in page for kpi in KPIS)
    assert all(f"report={kpi.report}" in page for kpi in KPIS)
    assert "66.7%" in page
    assert "Net revenue retention in a year" in page
    assert f'href="{reverse("admin:analytics_snapshot_revenue")}"' in page  # of other spans
    assert "−33.3 points" in page
    assert page.count("Not measured yet") == len(UNMEASURED)
    assert "/admin/analytics/kpitarget/" not in page  # a success manager sets no targets


@time_machine.travel(NOW, tick=False)
def test_too_few_are_counted_and_not_judged(learners):
    for customer in Customer.objects.filter(owner=learners).order_by("id")[:3]:
        customer.owner = None
        customer.save()
    client = Client()
    client.force_login(learners)

    page = client.get(PAGE).content.decode()

    assert "1 of 3" in page
    assert "Too few" in page
    assert "33.3%" not in page


@time_machine.travel(NOW, tick=False)
def test_the_file_has_the_figures(learners):
    client = Client()
    client.force_login(learners)

    lines = client.get(f"{PAGE}?csv=kpis").content.decode("utf-8-sig").splitlines()

    assert len(lines) == 1 + KpiTarget.objects.count() == 1 + len(KPIS)
    assert lines[1].startswith("Learning,Active learner rate,")
