"""Drafts written, changed, checked, published and retired through the API."""

import json
import sys

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pghistory.models import Events

from lifecycle.engine import locks
from lifecycle.engine.publishing import publish
from lifecycle.models import TransitionRule
from tests.api.conftest import READS, WRITES, person, speaking_for
from tests.factories import LifecycleFactory, StatusTagFactory, TeamFactory
from tests.lifecycle.stage import NOW, at_once, event, is_at_least, lifecycle_with, published, send

BODY = {
    "name": "Second order",
    "from_tags": ["NEW"],
    "to_tag": "OLD",
    "conditions": {"all": [is_at_least("order_count", 2)]},
}


@pytest.fixture
def lifecycle(db):
    return lifecycle_with("NEW OLD LAST")


@pytest.fixture
def writer(lifecycle):
    return speaking_for(person("wilma", *READS, *WRITES))


@pytest.fixture
def write(writer):
    def post(**change):
        return writer.post("/api/rules", {**BODY, **change}, format="json")

    return post


def problems(answer):
    assert answer.status_code == 400, answer.json()
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


def refused(answer):
    assert answer.status_code == 409, answer.json()
    return answer.json()["detail"]


class TestWriting:
    def test_makes_a_draft_with_the_defaults_of_the_admin(self, write, lifecycle):
        answer = write()

        assert answer.status_code == 201
        told = answer.json()
        assert {**BODY, "lifecycle": lifecycle.code}.items() <= told.items()
        assert (told["key"], told["version"], told["state"]) == ("second-order", 1, "draft")
        assert (told["priority"], told["is_automatic"], told["notification"]) == (100, True, None)
        assert told["written_by"] == "wilma"

    def test_takes_every_field(self, write):
        TeamFactory(code="retention")
        every = {
            "key": "again", "description": "Why", "from_untagged": True, "priority": 7, "is_automatic": False,
            "skips_review": True, "cooldown_days": 3, "hysteresis_percent": 10,
            "notification": {"team": "retention", "priority": "high"},
        }  # fmt: skip

        assert every.items() <= write(**every).json().items()

    def test_starts_the_next_version_of_a_published_rule(self, write, lifecycle):
        published(lifecycle, key="second-order", **{"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 3)})

        assert write().json()["version"] == 2

    def test_leaves_a_draft_that_is_there_alone(self, write):
        number = write().json()["id"]

        said = refused(write(name="Second order", priority=3))

        assert said == f"There is a draft of “second-order” already, number {number}; change that one."
        assert TransitionRule.objects.get().priority == 100

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"name": ""}, "name", "may not be blank"),
            ({"name": "…"}, "key", "The name gives no key"),
            ({"key": "two words"}, "key", "slug"),
            ({"lifecycle": "nosuch"}, "lifecycle", "There is no lifecycle “nosuch”"),
            ({"from_tags": []}, "from_tags", "at least one tag"),
            ({"from_tags": "NEW"}, "from_tags", "A list of codes is needed"),
            ({"from_tags": ["NEW", "OLD"]}, "to_tag", "a move needs two tags"),
            ({"from_tags": ["NOWHERE"]}, "from_tags", "There is no status tag “NOWHERE” in this lifecycle"),
            ({"to_tag": "ELSEWHERE"}, "to_tag", "There are: NEW, OLD, LAST."),
            ({"conditions": []}, "conditions", "A JSON object is needed, {…}."),
            ({"conditions": {"metric": "email"}}, "conditions.operator", "There is no operator null; use one of =="),
            ({"conditions": {"all": []}}, "conditions.all", "is empty"),
            (
                {"conditions": {"all": [is_at_least("order_count", 2), is_at_least("order_count", "many")]}},
                "conditions.all.1.value",
                "order_count is a number such as 60, got \"many\".",
            ),
            ({"priority": 0}, "priority", "greater than or equal to 1"),
            ({"priority": "7"}, "priority", "integer"),
            ({"is_automatic": "yes"}, "is_automatic", "boolean"),
            ({"cooldown_days": 4000}, "cooldown_days", "3650"),
            ({"notification": {"team": "nosuch", "priority": "high"}}, "notification.team", "There is no such team"),
            ({"notification": {}}, "notification", "Must be empty or such as"),
            ({"nam": "x"}, "nam", "There is no such field."),
            ({"version": 3}, "version", "There is no such field."),
        ],
    )  # fmt: skip
    def test_says_at_the_field_what_is_wrong(self, write, change, field, message):
        StatusTagFactory(lifecycle=LifecycleFactory(is_active=False), code="ELSEWHERE")

        found = problems(write(**change))

        assert list(found) == [field]
        assert message in found[field]
        assert not TransitionRule.objects.exists()

    def test_names_all_that_is_wrong_at_once(self, write):
        wrong = {"any": [is_at_least("nope", 1), {"not": is_at_least("plan", "a")}]}

        found = problems(write(from_tags=["OLD"], conditions=wrong))

        assert set(found) == {"to_tag", "conditions.any.0.metric", "conditions.any.1.not.operator"}

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b"[]", "The body must be a JSON object, {…}; this is a list."),
            (b"null", "The body must be a JSON object, {…}; this is null."),
            (b"7", "The body must be a JSON object, {…}; this is a number."),
        ],
    )
    def test_says_that_a_body_is_no_object(self, writer, body, message):
        answer = writer.post("/api/rules", body, content_type="application/json")

        assert problems(answer) == {None: message}

    def test_names_what_an_empty_body_lacks(self, writer):
        answer = writer.post("/api/rules", b"", content_type="application/json")

        assert set(problems(answer)) == {"name", "to_tag", "conditions"}

    def test_reads_no_deep_tree(self, writer, write):
        def tree(depth):
            return '{"not": ' * depth + "{}" + "}" * depth

        found = problems(write(conditions=json.loads(tree(30))))
        deeper = writer.post("/api/rules", f'{{"conditions": {tree(1000)}}}', content_type="application/json")

        assert found == {f"conditions{'.not' * 20}": "The tree is deeper than 20 levels."}
        assert (deeper.status_code, deeper.json()["detail"]) == (400, "The body is nested too deeply.")

    def test_reads_no_endless_conditions(self, writer):
        body = b'{"conditions": {"all": [' + b'{"metric": "plan"},' * 500_000

        answer = writer.post("/api/rules", body, content_type="application/json")

        assert answer.status_code == 413


class TestChanging:
    def test_changes_what_is_named_and_leaves_the_rest(self, writer, write):
        number = write(priority=7).json()["id"]

        told = writer.patch(f"/api/rules/{number}", {"name": "Better", "from_tags": ["LAST"]}, format="json").json()

        assert (told["name"], told["from_tags"], told["priority"], told["key"]) == (
            "Better", ["LAST"], 7, "second-order",
        )  # fmt: skip

    def test_writes_it_anew_with_the_defaults(self, writer, write):
        number = write(priority=7, description="Why").json()["id"]

        told = writer.put(f"/api/rules/{number}", BODY, format="json").json()

        assert (told["priority"], told["description"], told["version"]) == (100, "", 1)

    @pytest.mark.parametrize("field", ["key", "lifecycle", "state"])
    def test_leaves_what_names_the_rule(self, writer, write, field):
        number = write().json()["id"]

        answer = writer.patch(f"/api/rules/{number}", {field: "published"}, format="json")

        assert problems(answer) == {field: "There is no such field."}

    def test_says_at_the_field_what_is_wrong(self, writer, write):
        number = write().json()["id"]

        answers = [
            writer.patch(f"/api/rules/{number}", {"to_tag": "NEW"}, format="json"),
            writer.put(f"/api/rules/{number}", {}, format="json"),
        ]

        assert [set(problems(one)) for one in answers] == [{"to_tag"}, {"name", "to_tag", "conditions"}]

    def test_deletes_a_draft(self, writer, write):
        number = write().json()["id"]

        assert writer.delete(f"/api/rules/{number}").status_code == 204
        assert writer.delete(f"/api/rules/{number}").status_code == 404

    @pytest.mark.parametrize("state", ["published", "retired"])
    def test_leaves_alone_what_is_no_draft(self, writer, write, state):
        number = write().json()["id"]
        TransitionRule.objects.update(state=state)
        path = f"/api/rules/{number}"

        assert "write a new version of it" in refused(writer.patch(path, {"name": "x"}, format="json"))
        assert "write a new version of it" in refused(writer.put(path, BODY, format="json"))
        assert "Only a draft can be deleted" in refused(writer.delete(path))
        assert TransitionRule.objects.get().name == "Second order"


class TestLooking:
    def test_validates_a_rule_and_writes_nothing(self, writer, lifecycle):
        send(event("ann", "login"), event("bob", "login"), event("bob", "login"))
        conditions = {"metric": "login_count", "operator": ">=", "value": 2.0}

        told = writer.post("/api/rules/validate", {**BODY, "conditions": conditions}, format="json").json()

        assert told == {
            "conditions": is_at_least("login_count", 2),
            "sentence": "number of logins is at least 2",
            "customers": 1,
            "warnings": [],
        }
        assert not TransitionRule.objects.exists()

    def test_does_not_wait_for_a_count_that_takes_too_long(self, writer, monkeypatch):
        def slow(**asked):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(30)")

        module = sys.modules["lifecycle.queries.preview"]
        monkeypatch.setattr(module, "COUNT_SECONDS", 1)
        monkeypatch.setattr(module, "matching_now", slow)

        told = writer.post("/api/rules/validate", BODY, format="json").json()

        assert (told["customers"], told["sentence"]) == (None, "number of orders is at least 2")

    def test_warns_of_what_is_likely_a_mistake_beside_the_rules_in_force(self, writer, lifecycle):
        published(lifecycle, **{"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1), "priority": 1})

        told = writer.post("/api/rules/validate", {**BODY, "to_tag": "LAST"}, format="json").json()

        (warning,) = told["warnings"]
        assert "“Second order”" in warning

    def test_validating_says_at_the_field_what_is_wrong(self, writer):
        wrong = {**BODY, "conditions": {"all": [is_at_least("order_count", 2), {"not": {"metric": "nope"}}]}}

        answer = writer.post("/api/rules/validate", wrong, format="json")

        assert "conditions.all.1.not.metric" in problems(answer)

    def test_says_what_is_likely_a_mistake_about_the_rules_in_force_and_with_drafts(self, writer, write, lifecycle):
        published(lifecycle, **{"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)})
        write(conditions={"metric": "days_since_order", "operator": "<", "value": 0}, from_tags=["OLD"], to_tag="LAST")
        path = f"/api/rules/lint?lifecycle={lifecycle.code}"

        in_force, with_drafts = (writer.get(f"{path}{more}").json() for more in ("", "&drafts=true"))

        assert [(one["kind"], one["rule"]) for one in in_force] == [("unreachable_tag", None)]
        assert ("never_holds", "second-order") in [(one["kind"], one["rule"]) for one in with_drafts]
        assert "“LAST”" in in_force[0]["sentence"]

    @pytest.mark.parametrize("query", ["drafts=maybe", "draft=true", "lifecycle=nosuch"])
    def test_asks_back_where_it_is_asked_wrongly(self, writer, query):
        assert list(problems(writer.get(f"/api/rules/lint?{query}"))) == [query.partition("=")[0]]


class TestSteps:
    def test_publishes_a_draft_in_place_of_the_version_in_force(self, writer, write, lifecycle):
        before = published(
            lifecycle, key="second-order", **{"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 3)}
        )
        number = write().json()["id"]

        told = writer.post(f"/api/rules/{number}/publish").json()

        before.refresh_from_db()
        assert (told["state"], told["published_by"], before.state) == ("published", "wilma", "retired")

    def test_publishes_only_what_was_read(self, writer, write):
        read = write().json()
        path = f"/api/rules/{read['id']}"
        changed = writer.patch(path, {"priority": 1}, format="json").json()

        said = refused(writer.post(f"{path}/publish", {"expected_fingerprint": read["fingerprint"]}, format="json"))
        answer = writer.post(f"{path}/publish", {"expected_fingerprint": changed["fingerprint"]}, format="json")

        assert said == "Second order (version 1) was changed after you read it; look at it again."
        assert answer.json()["fingerprint"] == changed["fingerprint"] != read["fingerprint"]

    def test_retires_a_rule(self, writer, write):
        path = f"/api/rules/{write().json()['id']}"
        writer.post(f"{path}/publish")

        assert writer.post(f"{path}/retire").json()["state"] == "retired"
        assert "retired already" in refused(writer.post(f"{path}/retire"))
        assert "Only a draft, or what is in shadow, can be published" in refused(writer.post(f"{path}/publish"))

    @pytest.mark.parametrize(("state", "step"), [("draft", "publish"), ("published", "retire")])
    def test_says_that_the_lifecycle_is_busy(self, writer, write, monkeypatch, state, step):
        def busy(lifecycle):
            raise locks.LifecycleBusy("It is being replayed; try again in a moment.")

        number = write().json()["id"]
        TransitionRule.objects.filter(id=number).update(state=state)
        monkeypatch.setattr(locks, "wait_alone", busy)

        assert "try again in a moment" in refused(writer.post(f"/api/rules/{number}/{step}"))

    def test_the_writer_publishes_where_no_second_person_is_asked_for(self, write):
        rule = TransitionRule.objects.get(id=write().json()["id"])

        assert publish(rule=rule, by=rule.written_by, now=NOW).published_by == rule.written_by


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def _is_on(self, settings):
        settings.RULES_NEED_SECOND_PERSON = True

    def test_the_writer_is_refused_and_somebody_else_publishes(self, writer, write):
        path = f"/api/rules/{write().json()['id']}/publish"

        answer = writer.post(path)
        told = speaking_for(person("bob", "change_transitionrule")).post(path).json()

        assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
        assert "was written by wilma, so another person has to publish it" in answer.json()["detail"]
        assert (told["written_by"], told["published_by"], told["state"]) == ("wilma", "bob", "published")

    def test_who_changes_a_draft_has_written_it(self, writer, write):
        path = f"/api/rules/{write().json()['id']}"
        bob = speaking_for(person("bob", "change_transitionrule"))

        assert bob.patch(path, {}, format="json").json()["written_by"] == "wilma"
        assert bob.patch(path, {"priority": 7}, format="json").json()["written_by"] == "bob"
        assert bob.post(f"{path}/publish").status_code == 403
        assert writer.post(f"{path}/publish").status_code == 200

    def test_the_audit_shows_both(self, write):
        number = write().json()["id"]
        speaking_for(person("bob", "change_transitionrule")).post(f"/api/rules/{number}/publish")

        events = Events.objects.tracks(TransitionRule.objects.get()).order_by("pgh_id")

        who = dict(User.objects.values_list("id", "username"))
        assert [who[one.pgh_context["user"]] for one in events] == ["wilma", "bob"]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two requests at the same time, each with a connection of its own."""

    def test_one_of_two_writes_and_the_other_is_told(self, write, lifecycle):
        answers = at_once(*[lambda: write(lifecycle=lifecycle.code)] * 2)

        assert sorted(one.status_code for one in answers) == [201, 409]
        assert TransitionRule.objects.get().version == 1

    @pytest.mark.parametrize("step", ["publish", "retire"])
    def test_one_of_two_takes_the_step_and_the_other_is_told(self, writer, write, step):
        number = write().json()["id"]

        answers = at_once(*[lambda: writer.post(f"/api/rules/{number}/{step}")] * 2)

        assert sorted(one.status_code for one in answers) == [200, 409]
