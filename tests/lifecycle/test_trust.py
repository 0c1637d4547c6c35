"""Confidence and the review policy: when automation acts, when it asks, and what it learns from the answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lifecycle.engine.collect import collect
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.review import approve, reject, snooze
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag, pin_customer
from lifecycle.models import (
    Customer,
    CustomerStatus,
    Decision,
    Evaluation,
    EvaluationKind,
    Lifecycle,
    Recommendation,
    RecommendationState,
    ReviewPolicy,
    RuleTrust,
    TransitionRule,
)
from lifecycle.rules.confidence import confidence
from tests.factories import UserFactory

from .stage import NOW, Tree, code_of, days_ago, event, is_at_least, lifecycle_with, paid, published, send, tag

pytestmark = pytest.mark.django_db
CATEGORIES = {"NEW": "prospect", "GOOD": "active", "BEST": "active", "RISKY": "risk", "LOST": "churned"}


@pytest.fixture
def ben() -> Any:
    return UserFactory(username="ben")


def lifecycle(*rules: Tree, **policy: Any) -> Lifecycle:
    """Tags of every category, and a policy that asks nobody but for what is named."""
    made = lifecycle_with(" ".join(CATEGORIES), *rules)
    for code, category in CATEGORIES.items():
        made.tags.filter(code=code).update(category=category)
    nobody = {"competing_confidence": None, "high_value_spend": None, "high_value_products": [],
              "rapid_transitions": None, "risk_indicators": None}  # fmt: skip
    ReviewPolicy.objects.create(lifecycle=made, **{**nobody, **policy})
    return made


def rule(start: str, end: str, when: Tree | None = None, **more: Any) -> Tree:
    return {"from": start, "to": end, "when": when or is_at_least("order_count", 1), **more}


def full(what: Lifecycle, at: Any = NOW, kind: str = EvaluationKind.FULL) -> Evaluation:
    return evaluate_everybody(lifecycle=what, as_of=at, now=at, kind=kind)


def waiting() -> Recommendation:
    return Recommendation.objects.get(state=RecommendationState.PENDING)


# --- Confidence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [(0, 0, "0.950"), (0, 2, "0.864"), (0, 3, "0.826"), (5, 3, "0.857"), (1000, 0, "0.999"), (0, 1000, "0.019")],
)
def test_confidence_is_the_mean_of_a_beta_posterior(good: int, bad: int, expected: str) -> None:
    assert confidence(good=good, bad=bad) == Decimal(expected)


def test_a_rule_that_was_wrong_three_times_asks(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD"))
    RuleTrust.objects.update(rejected=2)
    send(paid("ann"))
    full(made)
    assert code_of("ann", made) == "GOOD"

    RuleTrust.objects.update(rejected=1, reverted=1, rolled_back=1)
    send(paid("bob"))
    full(made)

    assert code_of("bob", made) == "NEW"
    assert (waiting().reasons, waiting().confidence) == (["low_confidence"], Decimal("0.826"))
    reviewed = Decision.objects.get(reasons__isnull=False)
    assert (reviewed.is_applied, reviewed.reasons, reviewed.confidence) == (False, ["low_confidence"], Decimal("0.826"))


def test_what_people_say_counts(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", is_automatic=False))
    send(paid("ann"), paid("bob"), paid("eva"))
    full(made)
    ann, bob, eva = Recommendation.objects.order_by("customer__external_id")

    approve(recommendation=ann, by=ben, now=NOW)
    reject(recommendation=bob, by=ben, now=NOW)
    approve(recommendation=eva, by=ben, now=NOW)

    trust = RuleTrust.objects.get()
    assert (trust.approved, trust.rejected, trust.reverted) == (2, 1, 0)


def back(customer: str, made: Lifecycle, to: str, ben: Any, at: Any) -> None:
    override_tag(
        customer=Customer.objects.get(external_id=customer), to_tag=tag(made, to),
        seen_tag=tag(made, code_of(customer, made) or ""), reason="No", by=ben, now=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("to", "days", "reverted"), [("NEW", 14, 1), ("NEW", 15, 0), ("BEST", 1, 0)], ids=["undone", "late", "elsewhere"]
)
def test_a_move_that_is_undone_within_a_fortnight_speaks_against_the_rule(
    to: str, days: int, reverted: int, ben: Any
) -> None:
    made = lifecycle(rule("NEW", "GOOD"))
    send(paid("ann", days_ago(20)))
    full(made, days_ago(days))

    back("ann", made, to, ben, NOW)

    assert RuleTrust.objects.get().reverted == reverted


def test_an_approval_that_is_undone_did_not_stand(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", is_automatic=False))
    send(paid("ann", days_ago(3)))
    full(made, days_ago(2))
    approve(recommendation=waiting(), by=ben, now=days_ago(1))

    back("ann", made, "NEW", ben, NOW)

    trust = RuleTrust.objects.get()
    assert (trust.approved, trust.reverted) == (0, 1)


def test_confidence_breaks_ties_between_rules_of_one_priority() -> None:
    made = lifecycle(rule("NEW", "GOOD", priority=5), rule("NEW", "BEST", priority=5))
    RuleTrust.objects.filter(rule__to_tag__code="GOOD").update(rejected=1)
    send(paid("ann"))

    full(made)

    assert code_of("ann", made) == "BEST"


# --- The policy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("competing", ["0.70", None])
def test_competing_rules(competing: str | None) -> None:
    made = lifecycle(rule("NEW", "GOOD"), rule("NEW", "BEST"), competing_confidence=competing)
    send(paid("ann"))

    full(made)

    if competing is None:
        assert code_of("ann", made) == "GOOD"
    else:
        assert (waiting().rule.to_tag.code, waiting().reasons) == ("GOOD", ["competing_rules"])


def test_two_rules_to_one_tag_and_a_distrusted_rule_do_not_compete() -> None:
    made = lifecycle(
        rule("NEW", "GOOD"),
        rule("NEW", "GOOD", priority=2),
        rule("NEW", "BEST", priority=3),
        competing_confidence="0.70",
    )  # fmt: skip
    RuleTrust.objects.filter(rule__to_tag__code="BEST").update(rejected=10)
    send(paid("ann"))

    full(made)

    assert code_of("ann", made) == "GOOD"


@pytest.mark.parametrize(
    ("start", "end", "asks"),
    [("NEW", "RISKY", True), ("NEW", "LOST", True), ("RISKY", "LOST", True), ("NEW", "GOOD", False),
     ("RISKY", "RISKY2", False)],
)  # fmt: skip
@pytest.mark.parametrize("valued_by", ["product", "spend"])
def test_a_high_value_customer_is_not_moved_into_danger_unasked(
    start: str, end: str, asks: bool, valued_by: str
) -> None:
    policy: dict[str, Any] = {"high_value_products": ["PT_002"]} if valued_by == "product" else {"high_value_spend": 99}
    made = lifecycle(**policy)
    made.tags.create(code="RISKY2", name="RISKY2", category="risk", position=9)
    published(made, **rule(start, end))
    send(paid("ann", amount=100), event("ann", "identify", product_tag="PT_002"))
    CustomerStatus.objects.filter(lifecycle=made).update(tag=tag(made, start))

    full(made)

    assert (code_of("ann", made) == start) is asks
    if asks:
        assert waiting().reasons == ["high_value"]


def test_spend_has_to_be_more_than_the_threshold() -> None:
    made = lifecycle(rule("NEW", "LOST"), high_value_spend=100)
    send(paid("ann", amount=100), paid("bob", amount=100.01))

    full(made)

    assert (code_of("ann", made), code_of("bob", made)) == ("LOST", "NEW")


def test_a_customer_that_moved_twice_in_a_fortnight_is_put_to_a_person() -> None:
    orders = [rule("NEW", "GOOD"), rule("GOOD", "BEST", is_at_least("order_count", 2)),
              rule("BEST", "RISKY", is_at_least("order_count", 3))]  # fmt: skip
    made = lifecycle(*orders, rapid_transitions=2)
    for days in (13.5, 6, 0):
        send(paid("ann", days_ago(days)))
        full(made, days_ago(days))
    assert (code_of("ann", made), waiting().reasons) == ("BEST", ["rapid_changes"])

    for days in (14.5, 6, 0):
        send(paid("bob", days_ago(days)), now=NOW)
        full(made, days_ago(days))


def poor_day(customer: str, days: float) -> None:
    send(event(customer, "page_view", days_ago(days)))
    collect(now=NOW)


def test_many_risk_indicators() -> None:
    made = lifecycle(rule("NEW", "GOOD", is_at_least("days_since_activity", 0)), risk_indicators=3)
    poor_day("ann", 1)
    made.policy.risk_indicators = 4
    full(made)
    assert waiting().reasons == ["risk_indicators"]

    ReviewPolicy.objects.update(risk_indicators=4)
    poor_day("bob", 1)
    full(made)

    assert code_of("bob", made) == "GOOD"


def test_what_was_put_to_a_person_stays_with_the_person() -> None:
    made = lifecycle(rule("NEW", "GOOD", is_at_least("days_since_activity", 0)), risk_indicators=3)
    poor_day("ann", 1)
    full(made)
    ReviewPolicy.objects.update(risk_indicators=None)

    full(made)

    assert (code_of("ann", made), waiting().reasons) == ("NEW", ["risk_indicators"])


def test_a_rule_may_be_exempt_from_the_policy() -> None:
    always = is_at_least("days_since_activity", 0)
    made = lifecycle(rule("NEW", "GOOD", always, skips_review=True), rule("NEW", "BEST", always), risk_indicators=3,
                     competing_confidence="0.5")  # fmt: skip
    poor_day("ann", 1)

    full(made)

    assert code_of("ann", made) == "GOOD"


def test_a_replay_asks_nobody_unless_told_to() -> None:
    made = lifecycle(rule("NEW", "LOST"), high_value_spend=1)
    send(paid("ann"))
    full(made, kind=EvaluationKind.REPLAY_ASKING)
    assert code_of("ann", made) == "NEW"
    Recommendation.objects.all().delete()

    full(made, kind=EvaluationKind.REPLAY)

    assert code_of("ann", made) == "LOST"


# --- Answers ----------------------------------------------------------------------------------------------------------


def test_what_no_longer_holds_is_superseded_by_the_next_evaluation() -> None:
    made = lifecycle(rule("NEW", "GOOD", {"metric": "cart_adds", "operator": "<", "value": 1}, is_automatic=False))
    send(paid("ann"))
    full(made)
    assert waiting()

    send(event("ann", "ADD_TO_CART"))
    full(made)

    assert Recommendation.objects.get().state == RecommendationState.SUPERSEDED


def test_what_no_longer_holds_is_never_applied(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", {"metric": "cart_adds", "operator": "<", "value": 1}, is_automatic=False))
    send(paid("ann"))
    full(made)
    send(event("ann", "ADD_TO_CART"))

    assert approve(recommendation=waiting(), by=ben, now=NOW) is None

    assert (Recommendation.objects.get().state, code_of("ann", made)) == (RecommendationState.SUPERSEDED, "NEW")
    assert RuleTrust.objects.get().approved == 0


def test_a_decision_can_be_put_off(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", is_automatic=False))
    send(paid("ann"))
    full(made)

    snooze(recommendation=waiting(), until=days_ago(-3), by=ben, now=NOW, note="After the call")

    assert (waiting().snoozed_until, waiting().note) == (days_ago(-3), "After the call")
    full(made)
    assert waiting().snoozed_until == days_ago(-3)  # the same question is not asked again
    with pytest.raises(TransitionNotAllowed, match="future"):
        snooze(recommendation=waiting(), until=NOW, by=ben, now=NOW)


def test_notes_are_kept_and_checked(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", is_automatic=False))
    send(paid("ann"), paid("bob"))
    full(made)
    ann, bob = Recommendation.objects.order_by("customer__external_id")
    with pytest.raises(TransitionNotAllowed, match="500 characters"):
        reject(recommendation=ann, by=ben, now=NOW, note="x" * 501)

    reject(recommendation=ann, by=ben, now=NOW, note=" Called; all is well ")
    move = approve(recommendation=bob, by=ben, now=NOW, note="Agreed")

    ann.refresh_from_db()
    assert (ann.note, move and move.notes) == ("Called; all is well", "Agreed")


def test_a_retired_rule_is_not_approved_any_more(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD", is_automatic=False))
    send(paid("ann"))
    full(made)
    found = waiting()
    TransitionRule.objects.update(state="retired")

    assert approve(recommendation=found, by=ben, now=NOW) is None


def test_a_no_holds_though_the_reasons_to_ask_are_gone_and_lets_the_next_rule_speak(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD"), rule("NEW", "BEST", priority=9), rapid_transitions=1)
    send(paid("ann", days_ago(30)), paid("bob", days_ago(30)))
    RuleTrust.objects.filter(rule__to_tag__code="GOOD").update(rejected=3)
    full(made, days_ago(20))
    ann = Recommendation.objects.get(customer__external_id="ann")
    RuleTrust.objects.update(rejected=0)

    reject(recommendation=ann, by=ben, now=days_ago(19))
    full(made, days_ago(18))

    assert code_of("ann", made) == "BEST"  # the other rule, of which nobody said no
    assert code_of("bob", made) == "NEW"  # what was put to a person stays with the person


def test_a_pin_set_while_an_evaluation_decides_is_respected(ben: Any) -> None:
    made = lifecycle(rule("NEW", "GOOD"))
    send(paid("ann"))
    before = CustomerStatus.objects.get(lifecycle=made).version

    pin_customer(customer=Customer.objects.get(), lifecycle=made, until=None, reason="Promised", by=ben, now=NOW)

    assert CustomerStatus.objects.get(lifecycle=made).version > before
