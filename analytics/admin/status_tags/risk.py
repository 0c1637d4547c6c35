"""Who is at risk, since when, and by which signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.admin.charts import Chart, bars
from analytics.admin.words import NONE, customer_page, number_of, rate
from analytics.queries.status_tags import About
from analytics.rules.stages import into_risk
from lifecycle.rules.learning import RISK_INDICATORS

from .section import Section, instant

_SEVERITIES = {"high": "tn:red", "medium": "tn:orange", "low": "tn:yellow"}


def risk(about: About, flow: Sequence[Any]) -> Section:
    charts = [_entered(about, into_risk(flow, about.tags)), _longest(about), _indicators(about)]
    return Section("risk", "Risk monitoring", charts=charts)


def _entered(about: About, number: int) -> Chart:
    rows = about.ask("risk_entered").rows
    newest = f"; the newest {len(rows)} are listed" if number > len(rows) else ""
    return Chart(
        key="risk-entered",
        title="Entered risk in the range",
        summary=f"{number_of(number, 'move')} into risk{newest}.",
        columns=("Customer", "When", "From", "To", "By", "Now in"),
        rows=[
            (
                row.name, instant(row.applied_at), about.names[row.from_tag], about.names[row.to_tag],
                row.rule or "A person", about.names.get(row.now_in, NONE),
            )
            for row in rows
        ],
        report="risk_entered",
        links=[customer_page(row.customer_id) for row in rows],
        when_empty="Nobody entered a risk tag in this range.",
        is_list=True,
        texts=6,
        is_wide=True,
    )  # fmt: skip


def _longest(about: About) -> Chart:
    rows = about.ask("risk_longest").rows
    return Chart(
        key="risk-longest",
        title="Longest in a risk tag, now",
        summary=f"{rows[0].name} has been in {about.names[rows[0].tag]} for {number_of(rows[0].days or 0, 'day')}."
        if rows
        else "",
        columns=("Customer", "Tag", "Since", "Days"),
        rows=[
            (row.name, about.names[row.tag], instant(row.entered_at) if row.entered_at else NONE, row.days)
            for row in rows
        ],
        report="risk_longest",
        links=[customer_page(row.customer_id) for row in rows],
        when_empty="Nobody is in a risk tag now.",
        is_list=True,
        texts=3,
    )


def _indicators(about: About) -> Chart:
    known = {one.type: one for one in RISK_INDICATORS}
    rows = [row for row in about.ask("risk_indicators").rows if row.part in known]
    looked_at = rows[0].looked_at if rows else 0
    return Chart(
        key="risk-indicators",
        title="Risk indicators, now",
        summary=f"Of {number_of(looked_at, 'customer')} with activity in the last 7 days, "
        f"{rows[0].n:,} showed “{known[rows[0].part].description}” on their latest day."
        if rows
        else "",
        columns=("Indicator", "Severity", "Customers", "Share", "Of these in a risk tag"),
        rows=[
            (known[row.part].description, known[row.part].severity, row.n, rate(row.n, looked_at), row.at_risk)
            for row in rows
        ],
        traces=bars(
            [known[row.part].description for row in rows],
            [row.n for row in rows],
            [_SEVERITIES[known[row.part].severity] for row in rows],
        )
        if rows
        else [],
        report="risk_indicators",
        axis="Customers",
        when_empty="No customer of this lifecycle showed a risk indicator in the last 7 days.",
    )
