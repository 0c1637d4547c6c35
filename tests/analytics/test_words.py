"""How figures read: one word for all of them, and one currency."""

from decimal import Decimal

import pytest

from analytics.admin.charts import Chart, bars, lines
from analytics.admin.revenue_words import signed
from analytics.admin.words import figure, in_money, money, money_axis, unit_name


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "%", "–"),
        (Decimal("72.5"), "%", "72.5%"),
        (Decimal("70.0000"), "%", "70%"),
        (3450.4, "", "3,450"),
        (2.25, "hours", "2.2 hours"),
        (84.0, "number", "84.0"),
        (3.04, "change", "+3.0"),
        (Decimal(-1250), "money", "-$1,250"),
    ],
)
def test_a_figure_says_its_unit(value, unit, said):
    assert figure(value, unit) == said


@pytest.mark.parametrize(
    ("code", "said"), [("USD", "$1,250"), ("EUR", "€1,250"), ("GBP", "£1,250"), ("CHF", "CHF 1,250")]
)
def test_money_is_in_the_currency_that_is_set(settings, code, said):
    settings.TENURE_CURRENCY = code

    assert money(Decimal("1250.4")) == said
    assert in_money("Revenue") == f"Revenue, {code}"
    assert money_axis()["title"] == {"text": code}
    assert (unit_name("money"), unit_name("%")) == (code, "%")


def test_a_change_of_money_has_its_sign_before_the_currency():
    assert [signed(Decimal(one)) for one in ("700", "-494.2", "0", "0.2")] == ["+$700", "-$494", "$0", "$0"]


@pytest.mark.parametrize(("traces", "where"), [(bars(["a"], [1]), "xaxis"), (lines(["a"], {"x": [1]}), "yaxis")])
def test_a_picture_says_what_its_numbers_are(traces, where):
    chart = Chart("key", "Title", "", (), (), traces, layout={where: {"range": [0, 9]}}, axis="Customers")

    assert chart.figure["layout"] == {where: {"title": {"text": "Customers"}, "range": [0, 9]}}
