"""Every report says what it answers, and can be asked of everybody and of a portfolio."""

import re
from datetime import UTC, datetime

import pytest

from analytics.queries.reports import ask
from analytics.rules.kpis import KPIS
from analytics.sql import reports
from tests.factories import LifecycleFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", reports())
def test_a_report_says_what_it_answers(name):
    assert reports()[name].answers.endswith("?")


@pytest.mark.parametrize("name", reports())
def test_a_report_calls_customers_as_all_do(name):
    assert not re.search(r"\bc\.(name|email)\b", reports()[name].statement)


@pytest.mark.parametrize("name", [one.name for one in reports().values() if one.is_kept])
def test_what_is_kept_of_nobody_can_be_asked(name):
    rows = ask(name, owners=frozenset({1}), as_of=NOW, lifecycle=LifecycleFactory().id)

    assert all({"part", "value", "n"} <= vars(row).keys() for row in rows)


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.code)
def test_a_key_figure_gives_one_value_a_customer(kpi):
    assert ask(kpi.report, owners=None, as_of=NOW, lifecycle=LifecycleFactory().id) == []
