"""What the rules did, and whether it was right: in short beside the tags, in full on a dashboard of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from analytics.admin.board import Asked, Card, Said, address, board
from analytics.admin.charts import Chart, stacked
from analytics.admin.days import axes
from analytics.admin.words import NONE, number_of, rate
from analytics.queries.reports import Told
from analytics.queries.status_tags import About, Effect, about_each, effect, effect_of_all, first_automated
from analytics.rules.few import FEWEST
from analytics.rules.periods import usual_period
from lifecycle.models import Lifecycle

from .lifecycles import LifecycleBoard
from .links import behind_automation, moves_of_rule
from .section import Section, long, rounded

_RULES = "automation_rules"
BAR = 44  # pixels a rule
AXIS = 115


@board
class Automation(LifecycleBoard):
    """It begins with the lifecycle in which rules did most lately."""

    code = "automation"
    title = "Automation"

    def first(self, owners: frozenset[int] | None) -> Lifecycle | None:
        now = timezone.now()
        return first_automated(owners, usual_period(now.date()), now)

    def says(self, asked: Asked) -> Said:
        about = self.about(asked)
        told = about.ask("automation_rules")
        by_rule = [row for row in told.rows if row.rule_id is not None]
        found = about.ask("automation_risk")
        risk = {row.rule_id: row for row in found.rows}
        says, cards = _in_short(about, told)
        charts = [_days(about), _outcomes(by_rule), _rules(about, by_rule, risk)]
        one = Section(
            "automation", about.lifecycle.name, says, [*cards, _recovered(about, risk[None], found.as_of)], charts
        )
        each = about_each(about)
        every = [Section("lifecycles", "All lifecycles", charts=[_lifecycles(each)])] if len(each) > 1 else []
        return self.said(told.as_of, [*every, one])


def automation(about: About) -> Section:
    """In short, and where the rest is told."""
    more = address("automation", lifecycle=about.lifecycle.code, start=about.period.start, end=about.period.end)
    says, cards = _in_short(about, about.ask("automation_rules"))
    return Section("automation", "Automation", says, cards, more=("Rule by rule, day by day", more))


def _in_short(about: About, told: Told) -> tuple[str, list[Card]]:
    did = effect_of_all(told.rows)
    return _sentence(did), [*_of_moves(about, did, told.as_of), _detection(about)]


def _sentence(did: Effect) -> str:
    if not did.moves and not did.approved + did.rejected:
        return "Rules moved nobody in this range, and nobody decided a recommendation."
    alone = f"Rules made {number_of(did.moves, 'move')}, {did.automatic:,} of them alone."
    right = f" {did.reversed:,} did not stand: taken back, or put back by a person within 14 days."
    are = "is" if did.young == 1 else "are"
    young = f" {did.young:,} {are} younger than that: too early to say." if did.young else ""
    decided = did.approved + did.rejected
    asked = f" People decided {number_of(decided, 'recommendation')} and rejected {did.rejected:,}." if decided else ""
    return alone + right + young + asked


def _of_moves(about: About, did: Effect, as_of: datetime) -> list[Card]:
    decided = did.approved + did.rejected
    alone, reversed_, rejected, timed = (
        behind_automation(about, only, as_of) for only in ("alone", "reversed", "rejected", "timed")
    )
    return [
        _rate("Applied alone", did.automatic, did.moves, "move", "by rules", url=alone),
        Card("Did not stand", rate(did.reversed, did.moves), f"{did.reversed:,} taken back or put back in 14 days",
             url=reversed_, report=_RULES),
        _rate("Rejected", did.rejected, decided, "recommendation", "decided", url=rejected),
        _review_time(did, url=timed),
    ]  # fmt: skip


def _detection(about: About) -> Card:
    told = about.ask("risk_detection")
    found = told.rows[0]
    known = found.late_n >= FEWEST
    return Card(
        "Time to detect risk",
        long(found.late_days, "days") if known else NONE,
        f"median of {found.late_n:,}, at most, beyond the wait that the rule itself asks for; "
        f"{long(found.silent_days, 'days')} after the customer's last event"
        if known
        else f"{number_of(found.late_n, 'move')} into risk by rules: too few to tell",
        change="Target: at most 3 days" if known else "",
        is_good=found.late_days <= 3 if known else None,
        url=behind_automation(about, "detected", told.as_of),
        report="risk_detection",
    )


def _recovered(about: About, risk: Any, as_of: datetime) -> Card:
    return Card(
        "Recovered",
        rate(risk.recovered, risk.customers),
        f"of {number_of(risk.customers, 'customer')} whom rules moved into risk and nobody put back: they left it for "
        "a learning or active tag",
        url=behind_automation(about, "recovered", as_of),
        report="automation_risk",
    )


def _rate(title: str, part: int, whole: int, what: str, how: str, *, url: str) -> Card:
    """Of a few, the count itself says of how many."""
    return Card(
        title,
        rate(part, whole),
        f"{what}s {how}" if 0 < whole < FEWEST else f"of {number_of(whole, what)} {how}",
        url=url,
        report=_RULES,
    )


def _review_time(did: Effect, *, url: str) -> Card:
    is_known, of = did.timed >= FEWEST, number_of(did.timed, "decision")
    return Card(
        "Review time",
        long(did.review_hours, "hours") if is_known else NONE,
        f"median of {of}, since a person could make it" if is_known else f"{of} with a known wait: too few to tell",
        url=url,
        report=_RULES,
    )


def _lifecycles(each: Sequence[About]) -> Chart:
    """What rules did in each lifecycle in the same days."""
    done = [effect_of_all(about.ask("automation_rules").rows) for about in each]
    moves, reversed_ = sum(one.moves for one in done), sum(one.reversed for one in done)
    return Chart(
        key="lifecycles",
        title="What rules did in each lifecycle",
        summary=f"Rules made {number_of(moves, 'move')} in {sum(one.moves > 0 for one in done)} of "
        f"{len(done)} lifecycles; {reversed_:,} did not stand{_so_far(sum(one.young for one in done))}.",
        columns=("Lifecycle", "Moves", "Alone", "Did not stand", "Under 14 days old", "Approved", "Rejected"),
        rows=[
            (
                about.lifecycle.name, one.moves, one.automatic, rate(one.reversed, one.moves), one.young, one.approved,
                one.rejected,
            )
            for about, one in zip(each, done, strict=True)
        ],
        links=[
            address("automation", lifecycle=about.lifecycle.code, start=about.period.start, end=about.period.end)
            for about in each
        ],
        report=_RULES,
        is_list=True,
        is_wide=True,
    )  # fmt: skip


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
        layout={"barmode": "stack", "hovermode": "x unified", **axes(about.period)},
        axis="Moves",
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
    return Chart(
        key="automation-outcomes",
        title="Were the rules right?",
        summary=f"Most reversals: {_name(worst[0])}, {worst[1].reversed:,} of {number_of(worst[1].moves, 'move')}."
        if worst and worst[1].reversed
        else f"No move of a rule was taken back or put back{_so_far(sum(one.young for one in done))}.",
        columns=("Rule", *parts),
        rows=list(zip(names, *(values for _, values in parts.values()), strict=True)),
        traces=[
            {"type": "bar", "orientation": "h", "name": name, "y": names, "x": values, "marker": {"color": colour}}
            for name, (colour, values) in parts.items()
        ]
        if rows
        else [],
        report=_RULES,
        layout={"barmode": "stack", "yaxis": {"autorange": "reversed"}},
        when_empty="No rule moved anybody in this range.",
        height=AXIS + BAR * len(rows),
        axis="Moves",
        is_wide=True,
    )


def _so_far(young: int) -> str:
    return f" so far; of {number_of(young, 'move')} it is too early to say" if young else ""


def _rules(about: About, rows: Sequence[Any], risk: Mapping[int, Any]) -> Chart:
    """``risk``: what became of those at risk, by rule."""
    return Chart(
        key="automation-rules",
        title="Rule by rule, each version",
        summary="What did not stand was taken back, or put back by a person within 14 days. Of rules into risk: the "
        "median of the days to detect, how many customers were moved there (what did not stand is left out), and how "
        "many of these left risk later for a learning or active tag.",
        columns=(
            "Rule", "To", "Moves", "Alone", "Taken back", "Put back", "Did not stand", "Under 14 days old",
            "Approved", "Rejected", "Review, hours", "Days to detect", "Into risk", "Recovered",
        ),
        rows=[
            (_name(row), about.names[row.to_tag], row.moves, row.automatic, row.taken_back, row.put_back,
             rate(row.taken_back + row.put_back, row.moves), row.young, row.approved, row.rejected,
             NONE if row.hours is None else rounded(row.hours), *_at_risk(risk.get(row.rule_id)))
            for row in rows
        ],
        report=_RULES,
        links=[moves_of_rule(about, row.rule_id) for row in rows],
        when_empty="No rule moved anybody in this range, and nobody decided a recommendation.",
        is_list=True,
        texts=2,
        is_wide=True,
    )  # fmt: skip


def _at_risk(risk: Any) -> tuple[Any, ...]:
    """Days to detect, customers, and how many of these recovered; a rule that found nobody at risk has nothing."""
    if risk is None:
        return NONE, NONE, NONE
    days = rounded(risk.late_days) if risk.late_n >= FEWEST else NONE
    return days, risk.customers, rate(risk.recovered, risk.customers)


def _name(row: Any) -> str:
    return f"{row.name}, version {row.version}"
