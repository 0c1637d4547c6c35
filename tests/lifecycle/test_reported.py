"""What other floors report: for rules to read now, and as it was known then."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.past import past_facts
from lifecycle.engine.reported import HealthReport, report_health
from lifecycle.engine.simulate import backtest
from lifecycle.models import Customer, DirtyMark, ReportedChange, ReportedMetrics
from lifecycle.sql import past
from tests.factories import CustomerFactory

from .stage import NOW, days_ago, event, lifecycle_with, moves, path, rule_text, send, state_of

pytestmark = pytest.mark.django_db
IN_DANGER = {"metric": "health_score", "operator": "<", "value": 40}
WELL = {
    "all": [
        {"metric": "health_level", "operator": "in", "value": ["GOOD", "EXCELLENT"]},
        {"metric": "days_in_tag", "operator": ">=", "value": 1},
    ]
}
RULES = ({"from": "FINE", "to": "RISK", "when": IN_DANGER}, {"from": "RISK", "to": "FINE", "when": WELL})


def report(customer: Customer, score: int | None, at=NOW) -> int:
    level = None if score is None else "GOOD" if score >= 60 else "POOR"
    return report_health(reports=[HealthReport(customer.id, score, level, "STABLE", None)], now=at)


def test_a_rule_reads_what_was_reported_and_looks_at_whom_it_concerns() -> None:
    ann, bob = CustomerFactory(external_id="ann"), CustomerFactory(external_id="bob")
    lifecycle = lifecycle_with("FINE RISK", *RULES)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    report_health(reports=[HealthReport(ann.id, 30, "POOR"), HealthReport(bob.id, 80, "GOOD")], now=NOW)
    run = evaluate_changed(lifecycle=lifecycle, as_of=NOW, now=NOW)

    assert (run.evaluated, path(lifecycle, "ann"), path(lifecycle, "bob")) == (2, ["FINE>RISK"], [])


def test_what_is_the_same_is_no_news() -> None:
    ann = CustomerFactory()
    lifecycle_with("FINE RISK", *RULES)
    DirtyMark.objects.all().delete()

    assert [report(ann, 30), report(ann, 30), report(ann, None)] == [1, 0, 1]
    assert ReportedChange.objects.count() == DirtyMark.objects.count() == 2
    assert ReportedMetrics.objects.get().health_score is None


def test_nobody_is_marked_where_no_rule_reads_it() -> None:
    ann = CustomerFactory()
    lifecycle_with(
        "NEW OLD", {"from": "NEW", "to": "OLD", "when": {"metric": "order_count", "operator": ">", "value": 0}}
    )
    DirtyMark.objects.all().delete()

    report(ann, 30)

    assert not DirtyMark.objects.exists()


def test_the_past_knows_what_was_known_then() -> None:
    ann = CustomerFactory()
    lifecycle = lifecycle_with("FINE RISK", *RULES)
    for days, score in ((9, 80), (5, 30), (1, 70)):
        report(ann, score, days_ago(days))

    known = []
    with transaction.atomic(), past_facts(until=NOW) as add_events:
        after = past.BEGINNING
        for days in (10, 9, 6, 5, 0):
            add_events(lifecycle, after, days_ago(days))
            after = days_ago(days)
            known.append(ReportedMetrics.objects.values_list("health_score", flat=True).first())

    assert known == [None, 80, 80, 30, 70]
    assert ReportedMetrics.objects.get().health_score == 70


def test_a_backtest_goes_by_it() -> None:
    ann = CustomerFactory(external_id="ann")
    lifecycle = lifecycle_with("FINE RISK")
    send(event("ann", "login", days_ago(12)), now=days_ago(12))
    for days, score in ((9, 80), (5, 30)):
        report(ann, score, days_ago(days))
    tried = rule_text(lifecycle, **RULES[0])

    found = backtest(
        lifecycle=lifecycle, tried=[("danger", tried)], first=days_ago(8).date(), last=days_ago(3).date(), now=NOW
    )

    assert found.after.moves_a_day == {f"{days_ago(5).date()}": 1}


reports = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from((None, 10, 39, 40, 70, 90))), max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.tuples(reports, st.booleans()), min_size=2, max_size=8))
def test_incremental_equals_full(days: list[tuple[list[tuple[str, int | None]], bool]]) -> None:
    with transaction.atomic():
        people = {name: CustomerFactory(external_id=name) for name in "ab"}
        incremental, full = (lifecycle_with("FINE RISK", *RULES) for _ in range(2))
        for number, (told, is_evaluated) in enumerate(days):
            at = days_ago(len(days) - number)
            for name, score in told:
                report(people[name], score, at)
            if is_evaluated:
                evaluate_changed(lifecycle=incremental, as_of=at, now=at)
                evaluate_everybody(lifecycle=full, as_of=at, now=at)

        assert moves(incremental) == moves(full)
        assert state_of(incremental) == state_of(full)
        transaction.set_rollback(True)
