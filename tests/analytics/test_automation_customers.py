"""Numbers of what rules did lead to the moves, decisions and customers that were counted."""

import csv
import io
import random
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.admin.status_tags import automation_customers as module
from analytics.queries.status_tags import effect_of_all
from analytics.rules.periods import Period
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import Recommendation, RecommendationState, RolledBack, Transition
from tests.customer_success.cast import joined, signed_in
from tests.factories import EvaluationFactory, RecommendationFactory, UserFactory

from .moved import NOW, WAITS, World, at, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
CLOCK = NOW
BOARD = "/admin/analytics/snapshot/automation/"
URL = f"{BOARD}customers/"
RANGE = Period(date(2026, 2, 1), date(2026, 3, 10))
DAYS = {"start": "2026-02-01", "end": "2026-03-10"}
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def world(kept, stopped):
    """Customers whom rules move alone or after a yes, whom people put back, soon or late; one move is taken back."""
    world, dice = World(), random.Random(5)
    world.rules["RISK"].conditions = WAITS
    world.rules["RISK"].save()
    for number in range(60):
        world.wandered(world.customer(owner=world.mia if number % 2 else None), dice, approved=0.3)
    for owner in (world.mia, None):
        last = Transition.objects.filter(rule__isnull=False, customer__owner=owner).latest("applied_at", "id")
        roll_back(Batch(transition=last), by=world.boss, reason="a wrong threshold", now=NOW)
    for number in range(100):
        _decide(world, number, dice)
    return world


def _decide(world, number, dice):
    """Also before the range, by a rollback in the same instant, and in an evaluation that ran later."""
    created = at(dice.randrange(-35, 8))
    waited = dice.choice((0, 1, 30)) * timedelta(hours=1)
    asked = EvaluationFactory(lifecycle=world.lifecycle, started_at=created + (number % 3 == 0) * 90 * DAY)
    RecommendationFactory(
        lifecycle=world.lifecycle,
        customer=world.customer(owner=world.mia if number % 2 else None),
        rule=world.rules[dice.choice(("NEW", "RISK"))],
        evaluation=asked,
        state=dice.choice(list(RecommendationState)),
        created_at=created,
        decided_at=created + waited,
        decided_by=world.boss,
    )


@pytest.fixture
def desk():
    return signed_in(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def mia(world):
    return signed_in(joined(world.mia))


def lists_of(client, world, only, **asked):
    """The rows behind a link, by the names of their columns."""
    asked = {"lifecycle": world.lifecycle.code, "only": only, **DAYS, **asked, "csv": "people"}
    return rows_of_file(client, f"{URL}?{urlencode(asked)}")


def rows_of_file(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def seen(world, whose):
    return frozenset({world.mia.id}) if whose == "mia" else None


WHOSE = pytest.mark.parametrize("whose", ["desk", "mia"])


@WHOSE
def test_each_list_has_as_many_rows_as_were_counted(request, world, whose):
    client, about = request.getfixturevalue(whose), world.about(RANGE, owners=seen(world, whose))
    did = effect_of_all(rows_of(about, "automation_rules"))
    [detection], [risk, *_] = rows_of(about, "risk_detection"), rows_of(about, "automation_risk")
    expected = {
        "all": did.moves, "alone": did.automatic, "reversed": did.reversed, "decided": did.approved + did.rejected,
        "rejected": did.rejected, "timed": did.timed, "detected": detection.late_n, "at_risk": risk.customers,
        "recovered": risk.recovered,
    }  # fmt: skip

    assert {only: len(lists_of(client, world, only)) for only in module.LISTS} == expected
    assert min(expected.values()) > 0
    assert len(set(expected.values())) > 6


@WHOSE
@pytest.mark.parametrize("end", ["2026-03-10", "2026-02-20"])
def test_each_number_leads_to_as_many_rows(request, world, whose, end):
    client = request.getfixturevalue(whose)
    days = {"lifecycle": world.lifecycle.code, "start": "2026-02-01", "end": end}
    [*_, section] = client.get(BOARD, days).context["said"].more["sections"]
    about = world.about(Period(RANGE.start, date.fromisoformat(end)), owners=seen(world, whose))
    did = effect_of_all(rows_of(about, "automation_rules"))
    [detection], [risk, *_] = rows_of(about, "risk_detection"), rows_of(about, "automation_risk")

    led_to = {card.title: len(rows_of_file(client, f"{card.url}&csv=people")) for card in section.cards}

    assert led_to == {
        "Applied alone": did.automatic, "Did not stand": did.reversed, "Rejected": did.rejected,
        "Review time": did.timed, "Time to detect risk": detection.late_n, "Recovered": risk.recovered,
    }  # fmt: skip


def test_a_list_tells_of_the_instant_of_the_number(world, desk):
    [*_, section] = desk.get(BOARD, {"lifecycle": world.lifecycle.code, **DAYS}).context["said"].more["sections"]
    [card] = [one for one in section.cards if one.title == "Applied alone"]

    with time_machine.travel(NOW + DAY / 4, tick=False):
        world.moved(world.customer(), NOW + DAY / 8, "NEW")
        before, now = rows_of_file(desk, f"{card.url}&csv=people"), lists_of(desk, world, "alone")

    assert card.note == f"of {len(lists_of(desk, world, 'all')):,} moves by rules"
    assert len(now) == len(before) + 1


@WHOSE
def test_moves_say_by_whom_and_what_became_of_them(request, world, whose):
    rows = lists_of(request.getfixturevalue(whose), world, "all")

    back = set(RolledBack.objects.values_list("reversal_id", flat=True))
    taken, owners, plain = _taken_back(), seen(world, whose), []
    moves = Transition.objects.select_related("customer", "from_tag", "to_tag", "rule", "by")
    for move in moves.order_by("-applied_at", "-id"):
        if not move.rule or move.id in back or move.applied_at.date() < RANGE.start:
            continue
        if owners and move.customer.owner_id not in owners:
            continue
        plain.append((
            str(move.customer), move.from_tag.name if move.from_tag else "No tag", move.to_tag.name,
            f"{move.rule.name}, version {move.rule.version}", f"{move.applied_at:%-d %b %Y, %H:%M}",
            move.by.username if move.by else "Nobody", _became(move, taken),
        ))  # fmt: skip
    assert [tuple(row.values()) for row in rows] == plain
    assert {row["Outcome"] for row in rows} == {"Taken back", "Put back", "Under 14 days old", "Stood"}


def _taken_back():
    """Nothing that took back was itself taken back here."""
    return {
        move.id
        for one in RolledBack.objects.all()
        for move in Transition.objects.filter(customer_id=one.customer_id, id__range=(one.first_id, one.last_id))
    }


def _became(move, taken):
    if move.id in taken:
        return "Taken back"
    later = Transition.objects.filter(customer=move.customer, id__gt=move.id).order_by("id").first()
    is_back = later and later.by and not later.rule and (later.from_tag, later.to_tag) == (move.to_tag, move.from_tag)
    if is_back and later.applied_at - move.applied_at <= 14 * DAY:
        return "Put back"
    return "Under 14 days old" if NOW - move.applied_at < 14 * DAY else "Stood"


@WHOSE
def test_decisions_say_who_decided_what_and_after_how_long(request, world, whose):
    rows, owners = lists_of(request.getfixturevalue(whose), world, "decided"), seen(world, whose)

    said = Recommendation.objects.filter(state__in=("approved", "rejected"), decided_at__date__gte=RANGE.start)
    plain = []
    for one in said.select_related("customer", "rule__to_tag", "evaluation", "decided_by"):
        if one.decided_at == one.created_at or (owners and one.customer.owner_id not in owners):
            continue
        is_known = one.decided_at > one.evaluation.started_at
        hours = (one.decided_at - one.created_at).total_seconds() / 3600
        plain.append((str(one.customer), one.rule.to_tag.name, one.get_state_display(), one.decided_by.username,
                      f"{hours:.1f}" if is_known else ""))  # fmt: skip
    told = [(row["Customer"], row["To"], row["Decision"], row["By"], row["Review, hours"]) for row in rows]
    assert sorted(told) == sorted(plain)
    assert {hours for *_, hours in told} == {"", "1.0", "30.0"}


def test_who_was_found_at_risk_says_how_late_and_where_they_went(desk):
    world = World()
    world.rules["RISK"].conditions = WAITS
    world.rules["RISK"].save()
    world.tags["GOOD"].category = "active"
    world.tags["GOOD"].save()
    for name, days, then in (("Ann", 7, "GOOD"), ("Bob", 5, "GONE"), ("Cem", 12, None)):
        customer = world.customer(name=name)
        world.moved(customer, at(1), "NEW")
        world.moved(customer, at(2), "RISK", evidence={"days_since_login": days})
        if then:
            world.moved(customer, at(4), "SAVED")
            world.moved(customer, at(6), then)

    found = {row["Customer"]: row for row in lists_of(desk, world, "detected")}

    told = {name: (row["Left risk to"], row["Days to detect"]) for name, row in found.items()}
    good, gone = world.tags["GOOD"].name, world.tags["GONE"].name
    assert told == {"Ann": (good, "2.0"), "Bob": (gone, "0.0"), "Cem": ("At risk still", "7.0")}
    assert {(row["From"], row["To"]) for row in found.values()} == {(world.tags["NEW"].name, world.tags["RISK"].name)}
    assert [row["Customer"] for row in lists_of(desk, world, "recovered")] == ["Ann"]
    assert {row["Customer"] for row in lists_of(desk, world, "at_risk")} == {"Ann", "Bob", "Cem"}


def test_says_how_many_there_are_where_not_all_are_listed(world, desk, monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    counts = {}
    for only, what in (("all", "moves"), ("decided", "decisions"), ("at_risk", "customers")):
        [people] = desk.get(URL, {"lifecycle": world.lifecycle.code, "only": only, **DAYS}).context["said"].charts
        assert len(people.rows) == 2
        assert people.summary.endswith(f" {what}. The newest 2 are listed.")
        counts[only] = int(people.summary.split()[0].replace(",", ""))

    monkeypatch.undo()
    assert counts == {only: len(lists_of(desk, world, only)) for only in counts}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"only": "wrong"}, "Select a valid choice. wrong is not one of the available choices."),
        ({"lifecycle": "none"}, "Select a valid choice."),
        ({"as_of": "2026-03-11T00:00:00+00:00"}, "Nobody knows the figures of a day to come."),
        ({"start": "2026-03-09", "end": "2026-03-02"}, "before it starts on"),
    ],
)
def test_says_what_is_wrong_at_the_field(world, desk, asked, sentence):
    page = desk.get(URL, {"lifecycle": world.lifecycle.code, **DAYS, **asked})

    assert page.status_code == 200
    assert sentence in page.content.decode()


def test_nobody_there_is_said(world, desk):
    page = desk.get(URL, {"lifecycle": world.lifecycle.code, "start": "2024-01-01", "end": "2024-01-31"})

    assert "No move of this kind in this range." in page.content.decode()


def test_asks_no_more_of_many(desk):
    world, asked = World(), []
    for _ in range(2):
        for _ in range(4):
            customer = world.customer()
            world.moved(customer, at(2), "RISK")
            world.moved(customer, at(3), "GOOD")
            RecommendationFactory(
                lifecycle=world.lifecycle, customer=customer, rule=world.rules["NEW"], created_at=at(2),
                state="rejected", decided_at=at(3), decided_by=world.boss,
            )  # fmt: skip
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            counts = [len(lists_of(desk, world, only)) for only in ("alone", "rejected", "recovered")]
        asked.append((counts, len(found)))

    (few, before), (many, after) = asked
    assert (few, many) == ([8, 4, 4], [16, 8, 8])
    assert before == after
