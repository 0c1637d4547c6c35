"""``manage.py evaluate`` and ``manage.py replay``: what they say, what they change, how they end."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from lifecycle.engine import locks
from lifecycle.engine.switches import switch
from lifecycle.engine.transitions import pin_customer
from lifecycle.models import (
    Customer,
    CustomerFacts,
    CustomerStatus,
    DirtyMark,
    Evaluation,
    Lifecycle,
    NextCheck,
    Recommendation,
    ReviewPolicy,
    Transition,
)
from lifecycle.rules.calendar import end_of
from tests.factories import CustomerFactory, UserFactory

from .stage import (
    NOW,
    at_once,
    code_of,
    days_ago,
    event,
    is_at_least,
    lifecycle_with,
    moves,
    paid,
    path,
    send,
    state_of,
    status_of,
    what_is_known,
)

pytestmark = pytest.mark.django_db
IDLE = {"from": "ACTIVE", "to": "IDLE", "when": is_at_least("days_since_login", 3)}
BACK = {
    "from": "IDLE",
    "to": "ACTIVE",
    "when": {"metric": "has_been_active_since_entry", "operator": "==", "value": True},
}


@pytest.fixture
def lifecycle() -> Lifecycle:
    found = lifecycle_with("ACTIVE IDLE", IDLE, BACK)
    Lifecycle.objects.update(code="visits", name="Visits")
    found.refresh_from_db()
    return found


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def as_json(*arguments: str) -> dict[str, Any]:
    return dict(json.loads(run(*arguments, "--format", "json")))


def test_the_routine_takes_who_has_news(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(5)), event("bob", "login"))

    first, second = as_json("evaluate", "visits"), as_json("evaluate", "visits")

    assert {key: first[key] for key in ("lifecycle", "dry_run", "evaluated", "moved", "waiting")} == {
        "lifecycle": "visits", "dry_run": False, "evaluated": 2, "moved": 1, "waiting": 0,
    }  # fmt: skip
    assert (second["evaluated"], second["moved"]) == (0, 0)
    assert path(lifecycle, "ann") == ["ACTIVE>IDLE"]


def test_a_full_run_takes_everybody_and_enrolls_who_is_new(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(5)))
    CustomerFactory(external_id="new")
    DirtyMark.objects.all().delete()

    answer = as_json("evaluate", "visits", "--full")

    assert (answer["evaluated"], answer["moved"]) == (2, 1)
    assert code_of("new", lifecycle) == "ACTIVE"


@pytest.mark.parametrize("how", [["--full"], [], ["--as-of", days_ago(1).isoformat()]])
def test_a_dry_run_tells_and_changes_nothing(lifecycle: Lifecycle, how: list[str]) -> None:
    send(event("ann", "login", days_ago(5)))
    before = (state_of(lifecycle), what_is_known(), DirtyMark.objects.count())

    answer = as_json("evaluate", "visits", "--dry-run", *how)
    sentence = run("evaluate", "visits", "--dry-run", *how)

    assert (answer["dry_run"], answer["moved"]) == (True, 1)
    assert sentence.startswith("1 customers evaluated: 1 would move, 0 would wait for a person.\n")
    assert answer["transitions"] == {"ACTIVE>IDLE": 1}
    assert sentence.split()[-4:] == ["ACTIVE", "→", "IDLE", "1"]
    assert (state_of(lifecycle), what_is_known(), DirtyMark.objects.count()) == before
    assert not Evaluation.objects.exists()
    assert not Transition.objects.exists()


def test_the_past_asks_people_as_the_present_does(lifecycle: Lifecycle) -> None:
    ReviewPolicy.objects.create(lifecycle=lifecycle, auto_apply_confidence=1)
    send(event("ann", "login", days_ago(9)))

    answer = as_json("evaluate", "visits", "--as-of", days_ago(3).isoformat())
    again = as_json("evaluate", "visits", "--as-of", days_ago(2).isoformat())

    assert (answer["moved"], answer["waiting"], again["moved"]) == (0, 1, 0)
    assert Recommendation.objects.get().state == "pending"


def test_the_first_tag_is_given_to_who_has_none_and_is_free() -> None:
    lifecycle = lifecycle_with("NEW OLD", is_tagged=False)
    send(event("ann", "login"), event("bob", "login"))
    mia = UserFactory(username="mia")
    bob = Customer.objects.get(external_id="bob")
    pin_customer(customer=bob, lifecycle=lifecycle, until=None, reason="Not yet", by=mia, now=NOW)
    command = ("initialize_customer_status", "--lifecycle", lifecycle.code)

    assert run(*command, "--dry-run").startswith("1 customers had no status tag")
    assert not Transition.objects.exists()
    switch(kind="lifecycle", is_on=False, reason="A test", by=mia, now=NOW, lifecycle=lifecycle)
    with pytest.raises(CommandError, match="switched off by mia"):
        run(*command)
    switch(kind="lifecycle", is_on=True, reason="A test", by=mia, now=NOW, lifecycle=lifecycle)
    run(*command)

    assert (code_of("ann", lifecycle), code_of("bob", lifecycle)) == ("NEW", None)


def test_the_past_goes_by_what_had_happened_by_then(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(9)), event("ann", "login", days_ago(1)), event("bob", "login", days_ago(7)))
    known = what_is_known()
    instant = days_ago(5)

    answer = as_json("evaluate", "visits", "--as-of", instant.isoformat())

    assert moves(lifecycle) == [("ann", "ACTIVE", "IDLE", instant)]
    assert Transition.objects.get().evidence == {"days_since_login": 3}
    assert answer["as_of"] == instant.isoformat()
    assert what_is_known() == known


def test_a_day_means_its_end(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(5)))
    day = days_ago(2).date()

    run("evaluate", "visits", "--as-of", day.isoformat())

    assert moves(lifecycle) == [("ann", "ACTIVE", "IDLE", end_of(day))]


def test_after_a_look_at_the_past_the_routine_goes_by_today(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(9)), event("ann", "login", NOW))
    run("evaluate", "visits")

    run("evaluate", "visits", "--as-of", days_ago(5).isoformat())
    run("evaluate", "visits")

    assert path(lifecycle, "ann") == ["ACTIVE>IDLE", "IDLE>ACTIVE"]
    assert NextCheck.objects.get().at == end_of(NOW.date() + timedelta(days=3))


def test_who_had_done_nothing_by_then_is_looked_at_again_too() -> None:
    silent = {
        "from": "NEW",
        "to": "SILENT",
        "when": {"metric": "days_since_login", "operator": "is_known", "value": False},
    }
    heard = {"from": "SILENT", "to": "NEW", "when": is_at_least("login_count", 1)}
    lifecycle = lifecycle_with("NEW SILENT", silent, heard)
    send(event("ann", "login"))
    run("evaluate", lifecycle.code)

    run("evaluate", lifecycle.code, "--as-of", days_ago(1).isoformat())
    run("evaluate", lifecycle.code)

    assert path(lifecycle, "ann") == ["NEW>SILENT", "SILENT>NEW"]


def test_a_tag_that_was_entered_later_stays(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(9)), event("bob", "login", days_ago(9)))
    CustomerStatus.objects.filter(customer__external_id="ann").update(entered_at=NOW)

    run("evaluate", "visits", "--as-of", days_ago(2).isoformat())

    assert (code_of("ann", lifecycle), code_of("bob", lifecycle)) == ("ACTIVE", "IDLE")
    assert status_of("ann", lifecycle).entered_at == NOW


def test_the_live_facts_stand_in_front_again_after_a_failure(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(9)))
    lifecycle_rules = lifecycle.rules.get(to_tag__code="ACTIVE")
    type(lifecycle_rules).objects.filter(id=lifecycle_rules.id).update(
        conditions=is_at_least("login_count", 0), priority=1
    )
    send(event("ann", "login", NOW))

    with pytest.raises(CommandError, match="circle"):
        run("evaluate", "visits", "--as-of", days_ago(4).isoformat())

    assert CustomerFacts.objects.get().login_count == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname LIKE 'lifecycle_%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("text", ["2026-13-01", "soon", "2026-01-01T10:00:00", ""])
def test_refuses_an_instant_that_is_none(lifecycle: Lifecycle, text: str) -> None:
    with pytest.raises(CommandError, match=r"instant|time zone"):
        run("evaluate", "visits", "--as-of", text)


def test_refuses_the_future(lifecycle: Lifecycle) -> None:
    with pytest.raises(CommandError, match="lies in the future"):
        run("evaluate", "visits", "--as-of", (timezone.now() + timedelta(minutes=1)).isoformat())


@pytest.mark.parametrize("command", [["evaluate"], ["replay", "--from", "1997-01-01", "--to", "1997-01-02"]])
def test_names_the_lifecycles_there_are(lifecycle: Lifecycle, command: list[str]) -> None:
    with pytest.raises(CommandError, match=r"no lifecycle “nothing”\. There are: visits"):
        run(command[0], "nothing", *command[1:])


def test_a_replay_answers_in_words_or_json(lifecycle: Lifecycle) -> None:
    send(event("ann", "login", days_ago(9)), event("bob", "login", days_ago(4)), paid("later", NOW))
    span = ("--from", days_ago(9).date().isoformat(), "--to", days_ago(5).date().isoformat())

    answer, words = as_json("replay", "visits", *span), run("replay", "visits", *span)

    assert answer == {
        "lifecycle": "visits",
        "from": span[1],
        "to": span[3],
        "customers": 1,
        "states": {"IDLE": 1},
        "transitions": {"ACTIVE>IDLE": 1},
    }
    assert "1  IDLE" in words
    assert "1  ACTIVE → IDLE" in words
    assert moves(lifecycle) == [("ann", "ACTIVE", "IDLE", end_of(days_ago(6).date()))]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (5, 6, "before it begins"),
        (5, -3, "has not happened yet"),
    ],
)
def test_refuses_a_replay_that_cannot_be(lifecycle: Lifecycle, first: int, last: int, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("replay", "visits", "--from", days_ago(first).date().isoformat(), "--to", days_ago(last).date().isoformat())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [["evaluate", "visits", "--as-of", "1997-01-01"], ["evaluate", "visits", "--full"]])
def test_says_when_a_replay_has_the_lifecycle_alone(lifecycle: Lifecycle, command: list[str]) -> None:
    send(event("ann", "login", days_ago(9)))

    with locks.alone(lifecycle):
        (refused,) = at_once(lambda: run(*command))

    assert isinstance(refused, CommandError)
    assert "try again in a moment" in str(refused)
    assert run(*command)
