"""POST and GET /api/rollbacks, and the preview."""

import pytest

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Rollback
from tests.api.conftest import READS, person, speaking_for
from tests.lifecycle.stage import NOW, code_of, days_ago, is_at_least, lifecycle_with, paid, send


@pytest.fixture
def lifecycle(db):
    return lifecycle_with("NEW BUYER", {"from": "NEW", "to": "BUYER", "when": is_at_least("order_count", 1)})


@pytest.fixture
def made(lifecycle):
    send(paid("ann", days_ago(1), 20))
    return evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)


@pytest.fixture
def admin(db):
    return speaking_for(person("ada", *READS, "view_rollback", "add_rollback"))


def test_previews_takes_back_lists_and_undoes(admin, made, lifecycle):
    (effect,) = admin.post("/api/rollbacks/preview", {"evaluation": made.id}, format="json").json()
    assert effect == {"leaves": "BUYER", "back_to": "NEW", "left_because": None, "customers": 1, "examples": ["ann"]}
    assert code_of("ann", lifecycle) == "BUYER"

    answer = admin.post("/api/rollbacks", {"evaluation": made.id, "reason": "Wrong"}, format="json")

    assert (answer.status_code, answer.json()["restored"], code_of("ann", lifecycle)) == (201, 1, "NEW")
    number = answer.json()["id"]
    undone = admin.post("/api/rollbacks", {"undoes": number, "reason": "Right"}, format="json").json()
    assert (undone["undoes"], code_of("ann", lifecycle)) == (number, "BUYER")
    latest, first = admin.get("/api/rollbacks").json()["results"]
    assert (latest["id"], first["undone_by"], first["by"]) == (undone["id"], undone["id"], "ada")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"reason": "x"}, ""), ({"evaluation": 1, "rule": 1, "reason": "x"}, ""),
     ({"evaluation": 999999, "reason": "x"}, "evaluation"),
     ({"evaluation": "x", "reason": "x"}, "evaluation"), ({"evaluation": 10**30, "reason": "x"}, "evaluation"),
     ({"force": True, "evaluation": 1, "reason": "x"}, "force")],
)  # fmt: skip
def test_refuses_what_names_no_batch(admin, made, body, field):
    answer = admin.post("/api/rollbacks", body, format="json")

    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]} or not field
    assert not Rollback.objects.exists()


def test_a_reason_is_needed_and_nothing_is_no_batch(admin, made, lifecycle):
    assert admin.post("/api/rollbacks", {"evaluation": made.id}, format="json").status_code == 400
    empty = evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW)

    answer = admin.post("/api/rollbacks", {"evaluation": empty.id, "reason": "x"}, format="json")

    assert (answer.status_code, Rollback.objects.count()) == (409, 0)
