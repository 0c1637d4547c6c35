"""How figures read: one word for all of them, and one currency."""

import re
from decimal import Decimal

import pytest

from analytics.admin.charts import Chart, bars, lines
from analytics.admin.revenue_words import signed
from analytics.admin.words import figure, in_money, money, money_axis, unit_name
from analytics.templatetags.figures import cell, cells
from tests.settings import ROOT

FLOORS = ("lifecycle", "customer_success", "campaigns", "analytics")


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
        (-3.04, "change", "−3.0"),
        (-11, "points", "−11 points"),
        (Decimal(-1250), "money", "−$1,250"),
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
    assert [signed(Decimal(one)) for one in ("700", "-494.2", "0", "0.2")] == ["+$700", "−$494", "$0", "$0"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(-1250, "−1,250"), (Decimal("-0.5"), "−0.5"), ("ST-001", "ST-001"), ("2026-01-31", "2026-01-31")],
)
def test_a_cell_has_a_minus_sign_where_it_is_a_number(value, said):
    assert cell(value) == said


def test_nothing_that_pages_show_writes_signs_by_itself():
    """``written`` does; terminals have hyphens, and Plotly its own minus signs."""
    by_itself = re.compile(r"(?<!%\{x):\+[.,d]")
    files = (path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "management" not in path.parts)

    assert [path for path in files if by_itself.search(path.read_text())] == []


@pytest.mark.parametrize(("traces", "where"), [(bars(["a"], [1]), "xaxis"), (lines(["a"], {"x": [1]}), "yaxis")])
def test_a_picture_says_what_its_numbers_are(traces, where):
    chart = Chart("key", "Title", "", (), (), traces, layout={where: {"range": [0, 9]}}, axis="Customers")

    assert chart.figure["layout"] == {where: {"title": {"text": "Customers"}, "range": [0, 9]}}


def test_a_cell_says_what_it_is_given_and_no_more():
    row, links = ("<b>Ann</b>", "<i>", 1250, Decimal("-3.50"), None), ('?a="><script>', "", "?b")

    drawn = cells(row, links, 2)

    assert drawn == (
        '<td class="tn-words"><a class="tn-link" href="?a=&quot;&gt;&lt;script&gt;">&lt;b&gt;Ann&lt;/b&gt;</a></td>'
        '<td class="tn-words">&lt;i&gt;</td><td><a class="tn-link" href="?b">1,250</a></td>'
        "<td>−3.50</td><td>unknown</td>"
    )


@pytest.mark.parametrize("value", [-0.04, 0.04, 0])
def test_nothing_is_not_below_nothing(value):
    assert figure(value, "points") == "0.0 points" if value else "0 points"
