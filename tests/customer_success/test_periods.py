"""Success metrics of periods that are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from customer_success.engine.periods import write_ended_periods
from customer_success.models import SuccessMetrics, SuccessProfile
from customer_success.rules.periods import last_ended
from customer_success.tasks import note_tiers, write_success_metrics
from lifecycle.engine.collect import collect
from tests.factories import OrderFactory, SuccessMetricsFactory
from tests.lifecycle.stage import NOW, days_ago, event, send

from .cast import opened

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("period_type", "today", "first", "end"),
    [
        ("DAILY", MONDAY, date(2026, 3, 1), MONDAY),
        ("WEEKLY", MONDAY, date(2026, 2, 23), MONDAY),
        ("WEEKLY", date(2026, 3, 8), date(2026, 2, 23), MONDAY),
        ("MONTHLY", MONDAY, date(2026, 2, 1), date(2026, 3, 1)),
        ("MONTHLY", date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1)),
        ("QUARTERLY", date(2026, 4, 1), date(2026, 1, 1), date(2026, 4, 1)),
        ("QUARTERLY", MONDAY, date(2025, 10, 1), date(2026, 1, 1)),
        ("ANNUAL", MONDAY, date(2025, 1, 1), date(2026, 1, 1)),
    ],
)
def test_knows_the_period_that_ended_last(period_type, today, first, end):
    assert last_ended(period_type, today) == (first, end)


@pytest.mark.usefixtures("ground")
class TestWriting:
    TODAY = datetime(2026, 6, 1, 1, 20, tzinfo=UTC)

    @pytest.fixture
    def account(self):
        customer = opened("acme", now=NOW - timedelta(days=2))
        account = customer.account
        type(account).objects.update(opened_at=datetime(2024, 1, 1, tzinfo=UTC))
        SuccessProfile.objects.update(active_users=12, nps_score=9, csat_score="4.5", ces_score=6)
        return customer

    def test_writes_each_type_once(self, account):
        assert write_ended_periods(now=self.TODAY) == 5
        assert write_ended_periods(now=self.TODAY) == 0
        assert SuccessMetrics.objects.filter(customer=account).count() == 5

    def test_holds_what_is_known_and_nothing_else(self, account):
        send(*(event("acme", name, days_ago(1)) for name in ("login", "login", "feature_used", "ticket_opened")))
        collect(now=NOW)
        OrderFactory(customer=account, ordered_at=days_ago(1), amount=40)
        OrderFactory(customer=account, ordered_at=days_ago(3), amount=2)

        write_ended_periods(now=NOW)

        day = SuccessMetrics.objects.get(period_type="DAILY")
        assert day.period_start == days_ago(1).date()
        assert (day.revenue, day.login_frequency, day.tickets) == (40, 2, 1)
        assert (day.active_users, day.nps_score, day.csat_score, day.ces_score) == (12, 9, 4.5, 6)
        assert day.lead_volume is day.cost_savings is day.resolution_time is day.conversion_rate is None

    def test_what_people_wrote_stays(self, account):
        SuccessMetricsFactory(customer=account, period_type="DAILY", period_start=date(2026, 5, 31), lead_volume=7)

        assert write_ended_periods(now=self.TODAY) == 4
        assert SuccessMetrics.objects.get(period_type="DAILY").lead_volume == 7

    def test_an_account_that_was_not_there_has_none(self):
        opened("acme", now=self.TODAY)

        assert write_ended_periods(now=self.TODAY) == 0

    def test_workers_do_it(self, account):
        note_tiers()
        write_success_metrics()

        assert SuccessMetrics.objects.count() == 5
