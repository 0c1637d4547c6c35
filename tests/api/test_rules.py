"""GET /api/rules, /api/metrics and /api/lifecycles."""

import pytest

from lifecycle.engine.rules import write_draft
from lifecycle.metrics.catalogue import METRICS
from tests.factories import LifecycleFactory
from tests.lifecycle.stage import Tree, is_at_least, lifecycle_with, published, rule_text

RULE: Tree = {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 2)}


@pytest.fixture
def lifecycle(db):
    """With a published rule, its retired first version, and a draft."""
    lifecycle = lifecycle_with("NEW OLD")
    published(lifecycle, key="second-order", **RULE)
    published(lifecycle, key="second-order", **RULE)
    write_draft(lifecycle=lifecycle, key="second-order", text=rule_text(lifecycle, **RULE))
    return lifecycle


def test_lists_every_version_of_a_rule_with_its_sentence(manager, lifecycle):
    rules = manager.get("/api/rules").json()["results"]

    assert [(one["version"], one["state"]) for one in rules] == [(3, "draft"), (2, "published"), (1, "retired")]
    assert rules[0]["sentence"] == "number of orders is at least 2"
    assert rules[0]["conditions"] == is_at_least("order_count", 2)
    assert (rules[0]["from_tags"], rules[0]["to_tag"]) == (["NEW"], "OLD")


def test_narrows_to_those_in_force(manager, lifecycle):
    LifecycleFactory(code="other")

    assert [one["version"] for one in manager.get("/api/rules?state=published").json()["results"]] == [2]
    assert manager.get("/api/rules?lifecycle=other").json()["results"] == []


def test_a_state_that_there_is_not_is_told_those_that_there_are(manager, lifecycle):
    answer = manager.get("/api/rules?state=sleeping")

    assert answer.status_code == 400
    assert answer.json()["detail"] == "state: There is no “sleeping”; use one of draft, shadow, published, retired."


def test_shows_one_version(manager, lifecycle):
    first = manager.get("/api/rules").json()["results"][0]

    assert manager.get(f"/api/rules/{first['id']}").json() == first
    nowhere = manager.get("/api/rules/404404")
    assert (nowhere.status_code, nowhere.json()["detail"]) == (404, "There is no rule 404404.")


def test_asks_the_same_number_of_questions_for_any_number_of_rules(
    manager, lifecycle, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(7) as one:
        manager.get("/api/rules")
    for _ in range(5):
        published(lifecycle, **RULE)

    with django_assert_num_queries(len(one.captured_queries)):
        assert len(manager.get("/api/rules").json()["results"]) == 8


def test_lists_the_whole_catalogue_of_metrics(manager):
    metrics = manager.get("/api/metrics").json()

    assert [one["name"] for one in metrics] == [metric.name for metric in METRICS]
    tier = next(one for one in metrics if one["name"] == "customer_tier")
    assert tier["choices"] == ["Pro", "Enterprise", "Freemium"]
    assert "<" not in tier["operators"]


def test_lists_lifecycles_with_their_tags_in_order(manager, lifecycle):
    (one,) = manager.get("/api/lifecycles").json()["results"]

    assert one["code"] == lifecycle.code
    assert [tag["code"] for tag in one["tags"]] == ["NEW", "OLD"]
    assert one["tags"][0]["is_initial"]
