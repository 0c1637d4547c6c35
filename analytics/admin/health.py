"""Portfolio health: how the customers are, which groups stand out, who needs somebody; the list behind each figure."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from analytics.queries import health
from analytics.rules.few import FEWEST

from . import health_charts as charts
from .board import Asked, Board, Card, Said, board
from .health_words import DIMENSIONS, LISTS, changed, group_name, health_list, people, points
from .words import money

_LEVELS, _RISKS = "health_levels", "health_risks"
_TRENDS = {
    "IMPROVING": "Improving: 5 points or more in a month",
    "DECLINING": "Declining: 5 points or more in a month",
    "STABLE": "Stable: less than 5 points in a month",
    "UNKNOWN": "The trend is not known yet.",
}


class HealthCustomersForm(forms.Form):
    """``part`` empty: of whom the group is not known; without a dimension it is not looked at."""

    who = forms.ChoiceField(choices=list(LISTS.items()), initial="all", label="Who", widget=UnfoldAdminSelectWidget())
    dimension = forms.ChoiceField(
        choices=[("", "Any group"), *DIMENSIONS.items()], required=False, label="By", widget=UnfoldAdminSelectWidget()
    )
    part = forms.CharField(required=False, max_length=80, label="Group", widget=UnfoldAdminTextInputWidget())


@board
class HealthCustomers(Board):
    code = "health_customers"
    of = "portfolio_health"
    title = "Customers and their health"
    form = HealthCustomersForm

    def says(self, asked: Asked) -> Said:
        told = health.health_customers(owners=asked.owners, now=asked.now, **asked.about)
        dimension, part = asked.about["dimension"], asked.about["part"]
        of_group = f", {DIMENSIONS[dimension].lower()} {group_name(dimension, part)}" if dimension else ""
        title = f"{LISTS[asked.about['who']]}{of_group}"
        return Said(told.as_of, charts=[people("people", title, told.rows, is_full=len(told.rows) == health.MOST)])


@board
class PortfolioHealth(Board):
    code = "portfolio_health"
    title = "Portfolio health"

    def says(self, asked: Asked) -> Said:
        found = health.overview(owners=asked.owners, now=asked.now)
        poorly = health.health_customers(owners=asked.owners, now=asked.now, who="to_look_at", most=health.FIRST)
        days = health.levels_over_time(owners=asked.owners, now=asked.now)
        shown = [
            charts.levels(found),
            charts.before_churn(health.levels_before_churn(owners=asked.owners, now=asked.now)),
            charts.levels_over_time(days),
            charts.score_over_time(days),
            *(charts.groups_in(name, found.groups[name]) for name in DIMENSIONS),
            people(
                "to-look-at", "Poor or declining, the most revenue at stake first", poorly.rows, all_of="to_look_at"
            ),
        ]
        return Said(found.as_of, cards=cards(found), charts=shown)


def cards(found: health.Overview) -> list[Card]:
    total, score = found.levels.total, found.levels.score
    risks = found.risks
    return [
        Card("With a health score", f"{total:,}", note="Closed accounts are left out.", url=health_list("all"),
             report=_LEVELS),
        Card(
            "Average health score", points(score) if total else "–", change=changed(found.change, " points"),
            is_good=None if not found.change else found.change > 0, note=_TRENDS[found.trend], url=health_list("all"),
            report=_LEVELS,
        ),
        _risk_card("At risk", "at_risk", "fair or poor health", found),
        _risk_card("Churn risk", "churn_risk", "poor health", found),
        _risk_card("Declining", "declining", "lost 5 points or more in a month", found),
        Card("With an open alert", f"{risks['alerts'].n:,}", url=health_list("alerts"), report=_RISKS),
        Card(
            "Expansion opportunities", f"{risks['expansion'].n:,}", note="Healthy customers with a live opportunity",
            url=health_list("expansion"), report=_RISKS,
        ),
    ]  # fmt: skip


def _risk_card(title: str, name: str, words: str, found: health.Overview) -> Card:
    risk, total = found.risks[name], found.levels.total
    share = f"{risk.n / total:.0%} of all, " if total >= FEWEST else ""
    revenue = f"; {money(risk.revenue)} a year at stake" if risk.revenue else ""
    return Card(title, f"{risk.n:,}", note=f"{share}{words}{revenue}", url=health_list(name), report=_RISKS)
