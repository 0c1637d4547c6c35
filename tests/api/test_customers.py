"""GET /api/customers and /api/customers/{id}."""

from datetime import datetime

import pytest

from tests.api.conftest import walk
from tests.factories import CustomerFactory, DailyMetricsFactory, LifecycleFactory, MilestoneProgressFactory
from tests.lifecycle.stage import days_ago, event, is_at_least, lifecycle_with, paid, send

SAME_TIME = days_ago(3)


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.json()
    return [one["id"] for one in answer.json()["results"]]


def test_walks_all_customers_exactly_once_though_their_times_are_equal(manager):
    made = {CustomerFactory.create(created_at=SAME_TIME).id for _ in range(300)}

    pages = walk(manager, "/api/customers?page_size=70")

    found = [one["id"] for page in pages for one in page]
    assert sorted(found, reverse=True) == found
    assert len(found) == len(made) == 300
    assert set(found) == made


def test_walks_back_the_way_it_came(manager):
    CustomerFactory.create_batch(5)
    first = manager.get("/api/customers?page_size=2").json()

    second = manager.get(first["next"]).json()

    assert manager.get(second["previous"]).json()["results"] == first["results"]


def test_tells_the_current_tag_in_each_lifecycle(manager):
    customer = CustomerFactory.create()
    lifecycle = lifecycle_with("NEW OLD")

    (one,) = manager.get("/api/customers").json()["results"]

    assert one["external_id"] == customer.external_id
    assert one["status_tags"] == [
        {"lifecycle": lifecycle.code, "tag": "NEW", "name": "NEW", "category": "active", "applied_date": None}
    ]


@pytest.mark.parametrize("path", ["/api/customers", "/api/customers?plan=gold"])
def test_asks_the_same_number_of_questions_for_any_number_of_customers(
    manager, path, django_assert_num_queries, django_assert_max_num_queries
):
    CustomerFactory.create(plan="gold")
    lifecycle_with("NEW OLD")
    with django_assert_max_num_queries(8) as one:
        manager.get(path)

    CustomerFactory.create_batch(30, plan="gold")
    with django_assert_num_queries(len(one.captured_queries)):
        assert len(ids(manager.get(path))) == 31


class TestFilters:
    @pytest.mark.parametrize(
        "query",
        ["plan=gold", "product_tag=PT_001", "email=ANN@example.com", "external_id=A-1", "plan=gold&product_tag=PT_001"],
    )
    def test_find_the_customer_that_fits(self, manager, query):
        ann = CustomerFactory.create(external_id="A-1", email="Ann@Example.com", plan="gold", product_tag="PT_001")
        CustomerFactory.create(external_id="A-12", email="joann@example.com", plan="golden", product_tag="PT_002")

        assert ids(manager.get(f"/api/customers?{query}")) == [ann.id]

    def test_find_those_in_a_tag_of_a_lifecycle(self, manager):
        ann = CustomerFactory.create()
        lifecycle = lifecycle_with("NEW OLD")
        LifecycleFactory()

        assert ids(manager.get(f"/api/customers?lifecycle={lifecycle.code}&tag=NEW")) == [ann.id]
        assert ids(manager.get(f"/api/customers?lifecycle={lifecycle.code}&tag=OLD")) == []
        assert ids(manager.get(f"/api/customers?lifecycle={lifecycle.code}")) == [ann.id]

    def test_count_a_customer_once_though_its_tag_has_the_same_code_in_two_lifecycles(self, manager):
        ann = CustomerFactory.create()
        lifecycle_with("NEW")
        lifecycle_with("NEW")

        assert ids(manager.get("/api/customers?tag=NEW")) == [ann.id]

    @pytest.mark.parametrize(
        ("query", "field", "says"),
        [
            ("emial=x", "emial", "did you mean email?"),
            ("plan=", "plan", "is empty"),
            ("plan=a&plan=b", "plan", "more than once"),
            ("plan=%00", "plan", "Null characters"),
            ("product_tag=PT_9", "product_tag", "PT_9"),
            ("lifecycle=nowhere", "lifecycle", "There is no lifecycle “nowhere”"),
            ("tag=NOWHERE", "tag", "There is no status tag “NOWHERE”"),
            ("page_size=0", "page_size", "from 1 to 200"),
            ("page_size=201", "page_size", "from 1 to 200"),
            ("page_size=ten", "page_size", "from 1 to 200"),
            ("cursor=nonsense", "cursor", "leads nowhere"),
            ("cursor=cD1mb28=", "cursor", "leads nowhere"),  # p=foo
            ("cursor=bz0x", "cursor", "leads nowhere"),  # o=1
        ],
    )
    def test_refuse_what_would_change_nothing_and_say_why(self, manager, query, field, says):
        answer = manager.get(f"/api/customers?{query}")

        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        assert says in error["message"]


class TestDetail:
    def test_shows_facts_that_are_the_same_everywhere_and_those_of_each_lifecycle(self, manager):
        lifecycle = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)})
        send(paid("A-1", days_ago(2), 12.5), event("A-1", "identify", plan="gold", shoe_size=43))

        (found,) = manager.get("/api/customers?external_id=A-1").json()["results"]
        one = manager.get(f"/api/customers/{found['id']}").json()

        assert (one["plan"], one["traits"]) == ("gold", {"shoe_size": 43})
        assert (one["facts"]["total_spend"], one["facts"]["order_count"], one["facts"]["days_since_cart"]) == (
            12.5,
            1,
            None,
        )
        (status,) = one["status_tags"]
        assert status["lifecycle"] == lifecycle.code
        assert set(status["facts"]) == {
            "has_ordered_since_entry", "has_been_active_since_entry", "has_enrolled_since_entry",
            "reengagement_campaign_response", "days_in_tag",
        }  # fmt: skip
        assert not set(status["facts"]) & set(one["facts"])

    def test_asks_the_same_number_of_questions_for_any_number_of_lifecycles(
        self, manager, django_assert_num_queries, django_assert_max_num_queries
    ):
        customer = CustomerFactory.create()
        lifecycle_with("NEW")
        with django_assert_max_num_queries(10) as one:
            manager.get(f"/api/customers/{customer.id}")
        for _ in range(3):
            lifecycle_with("NEW")

        with django_assert_num_queries(len(one.captured_queries)):
            answer = manager.get(f"/api/customers/{customer.id}")
        assert len(answer.json()["status_tags"]) == 4

    @pytest.mark.parametrize("number", ["404", "9223372036854775808", "9" * 40, "-1", "ann", "1.5"])
    def test_is_not_there_for_ids_that_are_nobodys(self, manager, number):
        answer = manager.get(f"/api/customers/{number}")

        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"

    def test_tells_the_six_milestones_once_the_customer_has_begun(self, manager):
        customer = CustomerFactory.create()
        assert manager.get(f"/api/customers/{customer.id}").json()["milestone_progress"] == []
        done_at = days_ago(4)
        MilestoneProgressFactory(
            customer=customer, week=1, completion_status="completed", score=81.5, completed_at=done_at
        )

        first, *others = manager.get(f"/api/customers/{customer.id}").json()["milestone_progress"]

        assert (first["week"], first["completion_status"], first["score"]) == (1, "completed", 81.5)
        assert first["module_name"]
        assert datetime.fromisoformat(first["completion_date"]) == done_at
        assert [(one["week"], one["completion_status"]) for one in others] == [(n, "not_started") for n in range(2, 7)]


class TestDays:
    @pytest.fixture
    def customer(self, db):
        """Ten days in a row, the last of them yesterday; and somebody else's day."""
        customer = CustomerFactory.create()
        for ago in range(1, 11):
            DailyMetricsFactory(customer=customer, metric_date=days_ago(ago).date(), risk_indicators=["low_engagement"])
        DailyMetricsFactory(metric_date=days_ago(1).date())
        return customer

    def test_come_in_pages_the_latest_first(self, manager, customer):
        pages = list(walk(manager, f"/api/customers/{customer.id}/days?page_size=4"))

        assert [len(page) for page in pages] == [4, 4, 2]
        days = [one["metric_date"] for page in pages for one in page]
        assert days == [days_ago(ago).date().isoformat() for ago in range(1, 11)]
        assert pages[0][0]["risk_indicators"] == ["low_engagement"]

    def test_can_be_narrowed(self, manager, customer):
        since, until = days_ago(5).date(), days_ago(3).date()

        answer = manager.get(f"/api/customers/{customer.id}/days?since={since}&until={until}")

        assert [one["metric_date"] for one in answer.json()["results"]] == [str(days_ago(4).date()), str(since)]

    @pytest.mark.parametrize("query", ["since=soon", "until=2026-02-30", "cursor=cD0xMjM%3D", "cursor=cD1z", "day=1"])
    def test_refuse_what_cannot_be_read(self, manager, customer, query):
        answer = manager.get(f"/api/customers/{customer.id}/days?{query}")

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
