"""POST and GET /api/backtests: asked for, done by a worker, read."""

from datetime import timedelta
from unittest import mock

import pytest

from lifecycle import tasks, wake
from lifecycle.engine import backtests
from lifecycle.engine.backtests import LOST, backtests_to_do
from lifecycle.engine.ingest import ingest
from lifecycle.engine.replay import replay
from lifecycle.models import BacktestRun, BacktestState
from tests.api.conftest import READS, person, speaking_for
from tests.lifecycle.stage import NOW, days_ago, event, is_at_least, lifecycle_with, read

FIRST, LAST = str(days_ago(20).date()), str(days_ago(1).date())
RULE = {"key": "idle", "name": "Idle", "from": ["NEW"], "to": "OLD",
        "conditions": {"all": [is_at_least("days_since_login", 15)]}}  # fmt: skip


@pytest.fixture
def lifecycle(db):
    """Ann was there ten days ago and is idle after five."""
    lifecycle = lifecycle_with(
        "NEW OLD", {"key": "idle", "from": "NEW", "to": "OLD", "when": is_at_least("days_since_login", 5)}
    )
    ingest(batch=read(event("ann", "login", days_ago(10))), source="shop", now=NOW, is_history=True)
    replay(lifecycle=lifecycle, first=days_ago(20).date(), last=days_ago(1).date(), now=NOW)
    return lifecycle


@pytest.fixture
def analyst(db):
    return speaking_for(person("ada", *READS, "add_backtestrun"))


def ask(client, **more):
    return client.post("/api/backtests", {"first_day": FIRST, "last_day": LAST, **more}, format="json")


def test_a_worker_does_it_and_the_answer_can_be_read(analyst, lifecycle):
    answer = ask(analyst, rules=[RULE])

    assert answer.status_code == 202
    told = analyst.get(f"/api/backtests/{answer.json()['id']}").json()
    assert (told["state"], told["days_done"], told["days_all"], told["created_by"]) == ("done", 20, 20, "ada")
    assert (told["result"]["different"], told["result"]["before"]["moves"]) == (1, {"NEW>OLD": 1})
    (row,) = analyst.get("/api/backtests").json()["results"]
    assert "result" not in row


def test_what_no_worker_heard_of_is_done_by_the_routine(analyst, lifecycle):
    with mock.patch.object(wake, "signature", side_effect=OSError("no broker")):
        number = ask(analyst, rules=[RULE]).json()["id"]
    assert BacktestRun.objects.get().state == BacktestState.WAITING

    tasks.evaluate_what_changed()

    assert BacktestRun.objects.get(id=number).state == BacktestState.DONE


def test_one_whose_worker_died_is_done_again_and_a_running_one_is_left(analyst, lifecycle):
    number = ask(analyst, rules=[RULE]).json()["id"]
    run = BacktestRun.objects.filter(id=number)
    run.update(state=BacktestState.RUNNING, heard_at=NOW, result=None)

    assert backtests_to_do(now=NOW + timedelta(minutes=5)) == []
    assert backtests_to_do(now=NOW + timedelta(minutes=11)) == [number]


def test_one_that_loses_its_workers_for_an_hour_fails(analyst, lifecycle):
    number = ask(analyst, rules=[RULE]).json()["id"]
    run = BacktestRun.objects.filter(id=number)
    run.update(state=BacktestState.RUNNING, heard_at=NOW, created_at=NOW - timedelta(minutes=55))

    assert backtests_to_do(now=NOW + timedelta(minutes=11)) == []
    assert (run.get().state, run.get().error) == (BacktestState.FAILED, LOST)


def test_what_nobody_foresaw_is_not_tried_again(analyst, lifecycle):
    with mock.patch.object(wake, "signature", side_effect=OSError("no broker")):
        number = ask(analyst, rules=[RULE]).json()["id"]

    with mock.patch.object(backtests, "backtest", side_effect=RuntimeError("a bug")), pytest.raises(RuntimeError):
        tasks.do_backtest(number)

    assert BacktestRun.objects.get().state == BacktestState.FAILED
    assert backtests_to_do(now=NOW) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({}, "has no drafts"), ({"rules": [{**RULE, "to": "NOWHERE"}]}, "no status tag NOWHERE"),
     ({"rules": [RULE], "first_day": "2999-01-01", "last_day": "2999-01-02"}, "has not ended"),
     ({"rules": [RULE], "first_day": LAST, "last_day": FIRST}, "days, not"), ({"rules": 7}, "list"),
     ({"rules": [RULE], "first_day": "soon"}, "format"), ({"rules": [RULE], "lifecycle": "nosuch"}, "no lifecycle"),
     ({"rules": [{"name": "x"}]}, "missing"), ({"rules": [RULE], "force": 1}, "no such field")],
)  # fmt: skip
def test_refuses_what_cannot_be_tried(analyst, lifecycle, wrong, said):
    answer = ask(analyst, **wrong)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not BacktestRun.objects.exists()


def test_rules_that_lead_in_a_circle_fail_with_a_sentence(analyst, lifecycle):
    back = {**RULE, "key": "back", "name": "Back", "from": ["OLD"], "to": "NEW"}
    number = ask(analyst, rules=[{**RULE, "conditions": is_at_least("login_count", 1)},
                                 {**back, "conditions": is_at_least("login_count", 1)}]).json()["id"]  # fmt: skip

    told = analyst.get(f"/api/backtests/{number}").json()

    assert told["state"] == "failed"
    assert "lead in a circle" in told["error"]
