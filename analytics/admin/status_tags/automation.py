"""What the rules did, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from textwrap import wrap
from typing import Any

from analytics.admin.board import Card
from analytics.admin.charts import Chart, stacked
from analytics.admin.words import NONE, rate
from analytics.queries.status_tags import About, Effect, effect, effect_of_all
from analytics.rules.few import FEWEST

from .links import moves_of_rule
from .section import Section, long, number_of, rounded

BAR = 44  # pixels a rule
AXIS = 90
LABEL = 24  # characters


def automation(about: About, flow: Sequence[Any]) -> Section:
    rows = about.ask("automation_rules").rows
    did, detection = effect_of_all(rows), about.ask("risk_detection").rows[0]
    by_rule = [row for row in rows if row.rule_id is not None]
    return Section(
        "automation",
        "Automation effectiveness",
        says=_sentence(did),
        cards=_cards(did, detection),
        charts=[_days(about), _outcomes(by_rule), _rules(about, by_rule)],
    )


def _sentence(did: Effect) -> str:
    if not did.moves and not did.approved + did.rejected:
        return "Rules moved nobody in this range, and nobody decided a recommendation."
    alone = f"Rules made {number_of(did.moves, 'move')}, {did.automatic:,} of them alone."
    right = f" {did.reversed:,} did not stand: taken back, or put back by a person within 14 days."
    young = f" {did.young:,} are younger than that, so the last word on them is not spoken." if did.young else ""
    decided = did.approved + did.rejected
    asked = f" People decided {number_of(decided, 'recommendation')} and rejected {did.rejected:,}." if decided else ""
    return alone + right + young + asked


def _cards(did: Effect, detection: Any) -> list[Card]:
    decided = did.approved + did.rejected
    known = detection.late_n >= FEWEST
    return [
        Card("Applied alone", rate(did.automatic, did.moves), f"of {number_of(did.moves, 'move')} by rules"),
        Card("Did not stand", rate(did.reversed, did.moves), f"{did.reversed:,} taken back or put back in 14 days"),
        Card("Rejected", rate(did.rejected, decided), f"of {number_of(decided, 'recommendation')} decided"),
        Card("Review time", long(did.review_hours, "hours") if decided >= FEWEST else NONE, "median until decided"),
        Card(
            "Time to detect risk",
            long(detection.late_days, "days") if known else NONE,
            f"median of {detection.late_n:,}, at most, beyond the wait that the rule itself asks for; "
            f"{long(detection.silent_days, 'days')} after the customer's last event"
            if known
            else f"{number_of(detection.late_n, 'move')} into risk by rules: too few to tell",
            change="Target: at most 3 days" if known else "",
            is_good=detection.late_days <= 3 if known else None,
        ),
    ]  # fmt: skip


def _days(about: About) -> Chart:
    rows = {row.day: row for row in about.ask("automation_days").rows}
    days = [about.period.start + timedelta(days=number) for number in range(about.period.days)]
    named = {"By rules alone": "automatic", "Approved": "approved", "By hand": "by_hand"}
    counts = {name: [getattr(rows.get(day), column, 0) for day in days] for name, column in named.items()}
    reversed_ = sum(row.reversed for row in rows.values())
    return Chart(
        key="automation-days",
        title="Who moved customers, day by day",
        summary=", ".join(f"{name.lower()} {sum(values):,}" for name, values in counts.items()).capitalize()
        + f"; {reversed_:,} of these moves did not stand.",
        columns=("Day", *named, "Did not stand"),
        rows=[
            (str(row.day), row.automatic, row.approved, row.by_hand, row.reversed) for row in reversed(rows.values())
        ],
        traces=stacked(days, counts, ("tn:blue", "tn:teal", "tn:orange"), are_bars=True) if rows else [],
        report="automation_days",
        layout={"barmode": "stack", "hovermode": "x unified"},
        when_empty="Nobody moved in this range.",
        is_wide=True,
    )


def _outcomes(rows: Sequence[Any]) -> Chart:
    """A bar a rule: what stood, what may still be put back, what did not stand."""
    rows = [row for row in rows if row.moves]
    done = [effect(row) for row in rows]
    parts = {
        "Stood": ("tn:green", [one.moves - one.reversed - one.young for one in done]),
        "Under 14 days old": ("tn:grey", [one.young for one in done]),
        "Did not stand": ("tn:red", [one.reversed for one in done]),
    }
    worst = max(zip(rows, done, strict=True), key=lambda one: one[1].reversed, default=None)
    names = [_name(row) for row in rows]
    labels = ["<br>".join(wrap(name, LABEL)) for name in names]
    return Chart(
        key="automation-outcomes",
        title="Were the rules right?",
        summary=f"Most reversals: {_name(worst[0])}, {worst[1].reversed:,} of {number_of(worst[1].moves, 'move')}."
        if worst and worst[1].reversed
        else "No move of a rule was taken back or put back.",
        columns=("Rule", *parts),
        rows=list(zip(names, *(values for _, values in parts.values()), strict=True)),
        traces=[
            {"type": "bar", "orientation": "h", "name": name, "y": labels, "x": values, "marker": {"color": colour}}
            for name, (colour, values) in parts.items()
        ]
        if rows
        else [],
        report="automation_rules",
        layout={"barmode": "stack", "yaxis": {"autorange": "reversed"}},
        when_empty="No rule moved anybody in this range.",
        height=AXIS + BAR * len(rows),
        is_wide=True,
    )


def _rules(about: About, rows: Sequence[Any]) -> Chart:
    return Chart(
        key="automation-rules",
        title="Rule by rule, each version",
        summary="What did not stand was taken back, or put back by a person within 14 days.",
        columns=(
            "Rule", "To", "Moves", "Alone", "Taken back", "Put back", "Did not stand", "Under 14 days old",
            "Approved", "Rejected", "Review, hours",
        ),
        rows=[
            (_name(row), about.names[row.to_tag], row.moves, row.automatic, row.taken_back, row.put_back,
             rate(row.taken_back + row.put_back, row.moves), row.young, row.approved, row.rejected,
             NONE if row.hours is None else rounded(row.hours))
            for row in rows
        ],
        traces=[],
        report="automation_rules",
        links=[moves_of_rule(about, row.rule_id) for row in rows],
        when_empty="No rule moved anybody in this range, and nobody decided a recommendation.",
        is_list=True,
        texts=2,
        is_wide=True,
    )  # fmt: skip


def _name(row: Any) -> str:
    return f"{row.name}, version {row.version}"
