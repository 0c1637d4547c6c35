"""The key figures of status tags, against loops over the moves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from lifecycle.models import Customer, CustomerStatus, RolledBack, Transition
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    LifecycleFactory,
    RollbackFactory,
    RolledBackFactory,
    StatusTagFactory,
    TransitionFactory,
    TransitionRuleFactory,
    UserFactory,
)

from .plain import WHOSE, assert_as_by_hand, assert_tells_apart, standing_moves, tags_at

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PAST = datetime(2026, 2, 1, tzinfo=UTC)  # at midnight
DAY = timedelta(days=1)
CODES = ("ST_001", "ST_002", "ST_003", "ST_004", "ST_005", "ST_006")
IDLE = {
    "all": [
        {"metric": "days_since_login", "operator": ">=", "value": 5},
        {"any": [
            {"metric": "days_since_activity", "operator": ">=", "value": 10},
            {"metric": "engagement_score", "operator": "<", "value": 40},
        ]},
    ]
}  # fmt: skip


@pytest.fixture(scope="module")
def owner(kept):
    return _world()


def _world():
    """Ninety learners of two managers and of nobody, who move back and forth, some exactly when a window ends; some
    moves were taken back, and another lifecycle has tags of the same names."""
    owners = [UserFactory(), UserFactory(), None]
    for code, customers in (("learning", 90), ("other", 9)):
        lifecycle, random = LifecycleFactory(code=code), Random(7)
        tags = {one: StatusTagFactory(lifecycle=lifecycle, code=one) for one in CODES}
        rule = TransitionRuleFactory(lifecycle=lifecycle, to_tag=tags["ST_004"], conditions=IDLE)
        rules = [rule, rule, rule, None]
        for number in range(customers):
            customer = CustomerFactory(owner=owners[number % 3])
            _moves(customer, lifecycle, tags, rules, random)
    CustomerStatusFactory(customer=CustomerFactory(owner=owners[0]), lifecycle=LifecycleFactory(), tag=None)
    _put_back(Random(5))
    _take_back(Random(3))
    return owners[0]


def _moves(customer, lifecycle, tags, rules, random):
    at, tag = NOW - random.choice([3, 84, 100, 133, 174, 250]) * DAY, None
    while at <= NOW:
        to = tags[random.choice([one for one in (*CODES, "ST_004") if one != (tag and tag.code)])]
        evidence = {"days_since_login": random.choice([4, 5, 6, 9]), "days_since_activity": random.choice([None, 12])}
        TransitionFactory(
            lifecycle=lifecycle, customer=customer, from_tag=tag, to_tag=to, applied_at=at,
            rule=random.choice(rules), evidence=evidence,
        )  # fmt: skip
        tag, entered_at = to, at
        at += random.choice([0, 1, 7, 30, 49, 84, 85]) * DAY  # none: one evaluation moved on at once
        if random.random() < 0.2:
            break
    CustomerStatusFactory(customer=customer, lifecycle=lifecycle, tag=tag, entered_at=entered_at)


def _put_back(random):
    """Who fell, by a person, soon or late."""
    person = UserFactory()
    for fall in Transition.objects.filter(
        to_tag__code="ST_004", from_tag__isnull=False, applied_at__gt=NOW - 140 * DAY
    ):
        about = {"lifecycle": fall.lifecycle, "customer": fall.customer}
        at = fall.applied_at + random.choice([1, 14, 15]) * DAY
        if at <= NOW and not Transition.objects.filter(**about, id__gt=fall.id).exists():
            TransitionFactory(
                **about, from_tag=fall.to_tag, to_tag=fall.from_tag, applied_at=at, by=person, reason="a mistake"
            )
            CustomerStatus.objects.filter(**about).update(tag=fall.from_tag, entered_at=at)


def _take_back(random):
    """Of some customers the last move, some months ago or lately; every second rollback was itself taken back."""
    for number, customer in enumerate(random.sample(list(Customer.objects.filter(transitions__isnull=False)), 20)):
        move = Transition.objects.filter(customer=customer).order_by("-applied_at", "-id")[0]
        made_at = min(move.applied_at + 2 * DAY, NOW)
        about = {"lifecycle": move.lifecycle, "customer": customer}
        back = TransitionFactory(**about, from_tag=move.to_tag, to_tag=move.from_tag, applied_at=made_at)
        rollback = RollbackFactory(lifecycle=move.lifecycle, transition=move, made_at=made_at)
        RolledBackFactory(
            rollback=rollback, customer_id=customer.id, first_id=move.id, last_id=move.id, reversal_id=back.id
        )
        if number % 2:
            again = TransitionFactory(**about, from_tag=back.to_tag, to_tag=back.from_tag, applied_at=made_at)
            undo = RollbackFactory(lifecycle=move.lifecycle, undoes=rollback, made_at=made_at)
            RolledBackFactory(
                rollback=undo, customer_id=customer.id, first_id=back.id, last_id=back.id, reversal_id=again.id
            )
        tag = move.to_tag if number % 2 else move.from_tag
        CustomerStatus.objects.filter(customer=customer, lifecycle=move.lifecycle).update(tag=tag, entered_at=made_at)


def active_learner_rate(as_of):
    return {one: int(tag.code in {"ST_001", "ST_002"}) for one, tag in tags_at("churn_rate", as_of).items()}


def mastery_rate(as_of):
    moves = standing_moves("mastery_rate", as_of)
    return {
        one: int(any(move.to_tag and move.to_tag.code == "ST_003" for move in moves.get(one, ())))
        for one in tags_at("mastery_rate", as_of)
    }


def churn_rate(as_of):
    now = tags_at("churn_rate", as_of)
    return {
        one: int(one in now and now[one].code == "ST_006")
        for one, tag in tags_at("churn_rate", as_of - 90 * DAY).items()
        if tag.code != "ST_006"
    }


def _reached(as_of, *, enters, leads_to, within):
    """Of the last entry in the 90 days that ended ``within`` before, whether a move led there in time."""
    found = {}
    for customer, moves in standing_moves("mastery_rate", as_of).items():
        in_order = sorted(moves, key=lambda one: (one.applied_at, one.id))
        entries = [
            number
            for number, one in enumerate(in_order)
            if enters(one) and 0 <= (as_of - one.applied_at) / DAY - within < 90
        ]
        if entries:
            entry, *later = in_order[entries[-1] :]
            found[customer] = int(any(
                one.to_tag and one.to_tag.code in leads_to and (one.applied_at - entry.applied_at) / DAY <= within
                for one in later
            ))  # fmt: skip
    return found


def progression_rate(as_of):
    return _reached(
        as_of, enters=lambda one: one.to_tag and one.to_tag.code == "ST_001", leads_to={"ST_002"}, within=84
    )


def put_back(as_of):
    """The moves of rules that a person put back at once."""
    standing = {move.id for moves in standing_moves("mastery_rate", as_of).values() for move in moves}
    moves = Transition.objects.filter(applied_at__lte=as_of).order_by("lifecycle", "customer", "id")
    return {
        was.id
        for was, back in pairwise(moves)
        if (was.lifecycle_id, was.customer_id) == (back.lifecycle_id, back.customer_id)
        and {was.id, back.id} <= standing and was.rule_id and back.by_id and not back.rule_id
        and (was.from_tag_id, was.to_tag_id) == (back.to_tag_id, back.from_tag_id)
        and back.applied_at - was.applied_at <= 14 * DAY
    }  # fmt: skip


def automation_accuracy(as_of):
    standing = {move.id for moves in standing_moves("mastery_rate", as_of).values() for move in moves}
    wrong, reversals = put_back(as_of), set(RolledBack.objects.values_list("reversal_id", flat=True))
    found = {}
    for move in Transition.objects.filter(lifecycle__code="learning").exclude(rule=None).order_by("applied_at", "id"):
        if move.id not in reversals and 14 * DAY < as_of - move.applied_at <= 104 * DAY:
            found[move.customer_id] = int(move.id in standing and move.id not in wrong)
    return found


def recovery_rate(as_of):
    risk, no_falls = {"ST_004", "ST_005"}, put_back(as_of)

    def falls(move):
        return (
            move.id not in no_falls
            and move.to_tag
            and move.to_tag.code in risk
            and not (move.from_tag and move.from_tag.code in risk)
        )

    return _reached(as_of, enters=falls, leads_to={"ST_001", "ST_002"}, within=49)


def at_risk_detection(as_of):
    found = {}
    for customer, moves in standing_moves("mastery_rate", as_of).items():
        for move in moves:
            is_lately = as_of - move.applied_at < 90 * DAY
            if move.rule and is_lately and move.to_tag and move.to_tag.code == "ST_004":
                seen = move.evidence
                idle = [(seen["days_since_login"], 5), (seen["days_since_activity"], 10)]
                late = [value - threshold for value, threshold in idle if value is not None and value >= threshold]
                if late:
                    found[customer] = min(late)
    return found


FIGURES = {
    one.__name__: one
    for one in (
        active_learner_rate,
        progression_rate,
        mastery_rate,
        at_risk_detection,
        recovery_rate,
        churn_rate,
        automation_accuracy,
    )
}


@pytest.mark.parametrize("as_of", [NOW, PAST, NOW - 1000 * DAY], ids=["now", "past", "before everybody"])
@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_is_what_loops_over_the_moves_say(owner, code, whose, as_of):
    assert_as_by_hand(code, FIGURES[code](as_of), whose=whose, owner=owner, as_of=as_of)


@pytest.mark.parametrize("code", FIGURES)
def test_the_world_tells_the_figures_apart(owner, code):
    assert_tells_apart(FIGURES[code], now=NOW, past=PAST, fewest=10)
