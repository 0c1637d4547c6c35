"""Writing, publishing and retiring rules in the admin."""

import json

import pytest
from django.urls import reverse

from lifecycle.engine.publishing import publish
from lifecycle.engine.rules import RuleText, write_draft
from lifecycle.models import RuleState, TransitionRule
from tests.admin.conftest import person
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

ADD = "admin:lifecycle_transitionrule_add"
LIST = "admin:lifecycle_transitionrule_changelist"
PREVIEW = "admin:lifecycle_transitionrule_preview"
UNKNOWN = '{"all": [{"metric": "total_spent", "operator": ">", "value": 1}]}'
SPENDERS = '{"all": [{"metric": "total_spend", "operator": ">", "value": 100}]}'


def page_of(rule, step="change"):
    return reverse(f"admin:lifecycle_transitionrule_{step}", args=[rule.id])


def written(shop, **changes):
    return {
        "name": "Good buyers",
        "key": "",
        "from_tags": [shop.tag("CUSTOMER").id],
        "to_tag": shop.tag("VIP").id,
        "conditions": SPENDERS,
        "priority": "15",
        "is_automatic": "on",
        "cooldown_days": "0",
        "hysteresis_percent": "0",
        "notify_team": "",
        "notify_priority": "medium",
        "description": "",
        **changes,
    }


def drafts():
    return TransitionRule.objects.filter(state=RuleState.DRAFT)


def errors_of(answer):
    return answer.context["adminform"].form.errors


def test_writes_a_draft_through_the_engine(client, shop):
    team = TeamFactory(code="retention")
    more = {"notify_team": team.id, "notify_priority": "high", "cooldown_days": "3", "hysteresis_percent": "10"}
    answer = client.post(reverse(ADD), written(shop, **more))

    draft = drafts().get()
    assert answer.status_code == 302
    assert (draft.key, draft.version, draft.priority, draft.notification) == (
        "good-buyers",
        1,
        15,
        {"team": "retention", "priority": "high"},
    )
    assert (draft.cooldown_days, draft.hysteresis_percent) == (3, 10)
    assert [tag.code for tag in draft.from_tags.all()] == ["CUSTOMER"]


def test_changes_a_draft_without_a_new_version(client, shop):
    client.post(reverse(ADD), written(shop))

    client.post(page_of(drafts().get()), written(shop, name="Very good buyers", key="other"))

    draft = drafts().get()
    assert (draft.name, draft.key, draft.version) == ("Very good buyers", "good-buyers", 1)


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        (
            UNKNOWN,
            "At all[0].metric: There is no metric “total_spent”; did you mean total_spend",
        ),
        ('{"all": []}', "is empty"),
        ('{"all": [', "This is not valid JSON"),
        ('{"metric": "email", "metric": "plan", "operator": "is_known"}', "the key “metric” stands twice"),
        ("[]", "Expected an object"),
        ("", "This field is required."),
        ('{"not": ' * 30 + "{}" + "}" * 30, "deeper than"),
        ("{" * 5000, "This is not valid JSON"),
    ],
)
def test_says_at_the_conditions_what_is_wrong_with_them(client, shop, conditions, sentence):
    answer = client.post(reverse(ADD), written(shop, conditions=conditions))

    assert list(errors_of(answer)) == ["conditions"]
    assert sentence in errors_of(answer)["conditions"][0]
    assert not drafts().exists()


def test_lists_every_problem_of_the_conditions(client, shop):
    wrong = (
        '{"all": [{"metric": "nope", "operator": ">", "value": 1}, {"metric": "plan", "operator": ">", "value": "a"}]}'
    )

    answer = client.post(reverse(ADD), written(shop, conditions=wrong))

    assert len(errors_of(answer)["conditions"]) == 2


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"from_tags": []}, "from_tags", "at least one tag"),
        ({"to_tag": "CUSTOMER"}, "to_tag", "also where the rule starts"),
        ({"priority": "0"}, "priority", "greater than or equal to 1"),
        ({"notify_team": "999999"}, "notify_team", "Select a valid choice"),
        ({"notify_priority": "loud"}, "notify_priority", "Select a valid choice"),
        ({"cooldown_days": "-1"}, "cooldown_days", "greater than or equal to 0"),
        ({"hysteresis_percent": "101"}, "hysteresis_percent", "from 0 to 100"),
        ({"key": "vip"}, "key", "There is a rule “vip”"),
        ({"name": "…"}, "key", "gives no key"),
    ],
)
def test_says_at_each_field_what_is_wrong_with_it(client, shop, changes, field, sentence):
    if "to_tag" in changes:
        changes = {"to_tag": shop.tag(changes["to_tag"]).id}

    answer = client.post(reverse(ADD), written(shop, **changes))

    assert list(errors_of(answer)) == [field]
    assert sentence in errors_of(answer)[field][0]


def test_a_published_version_is_looked_at_and_not_changed(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")

    page = client.get(page_of(rule))
    client.post(page_of(rule), written(shop))

    rule.refresh_from_db()
    assert "A published version is never changed" in page.text
    assert "Total spend is more than 500." in page.text
    assert rule.name == "Worth over 500"
    assert client.post(page_of(rule, "delete"), {"post": "yes"}).status_code == 403


def test_a_new_version_starts_from_the_published_one(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")
    url = client.get(page_of(rule, "new_version"))["Location"]

    form = client.get(url).context["adminform"].form
    answer = client.post(url, written(shop, name="Worth over 100"))

    draft = drafts().get()
    assert form["name"].value() == "Worth over 500"
    assert json.loads(form["conditions"].value()) == rule.conditions
    assert answer.status_code == 302
    assert (draft.key, draft.version, draft.name) == ("vip", 2, "Worth over 100")
    assert client.get(url)["Location"] == page_of(draft)  # the draft that is there is gone on with


def test_publishing_asks_first_and_retires_the_version_before(client, shop, boss):
    shop.customer("CUSTOMER")
    rule = shop.lifecycle.rules.get(key="vip")
    client.post(client.get(page_of(rule, "new_version"))["Location"], written(shop))
    draft = drafts().get()

    question = client.get(page_of(draft, "publish")).text
    draft.refresh_from_db()
    assert draft.state == RuleState.DRAFT
    client.post(page_of(draft, "publish"))

    draft.refresh_from_db()
    rule.refresh_from_db()
    assert "1 customer in Customer meets this now. Rules with a lower number come first." in question
    assert "Version 1, in force until now, is retired." in question
    assert (draft.state, draft.published_by, rule.state) == (RuleState.PUBLISHED, boss, RuleState.RETIRED)


def test_what_was_changed_after_the_question_is_not_published(client, shop):
    client.post(reverse(ADD), written(shop))
    page = page_of(drafts().get(), "publish")
    seen = client.get(page).context["question"].seen
    client.post(page_of(drafts().get()), written(shop, priority="16"))

    answer = client.post(page, {"seen": seen}, follow=True)

    assert "was changed after you read it" in answer.text
    assert drafts().exists()


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def _is_on(self, settings):
        settings.RULES_NEED_SECOND_PERSON = True

    def test_the_writer_is_told_that_somebody_else_publishes_and_finds_no_button(self, client, shop):
        client.post(reverse(ADD), written(shop))
        draft = drafts().get()

        page = client.get(page_of(draft)).text
        answer = client.get(page_of(draft, "publish"), follow=True).text
        client.post(page_of(draft, "publish"))

        assert "/publish/" not in page
        for text in (page, answer):
            assert "was written by berta, so another person has to publish it." in text
        assert drafts().exists()

    def test_somebody_else_finds_the_button_and_publishes(self, client, shop, sign_in):
        client.post(reverse(ADD), written(shop))
        draft = drafts().get()
        other = sign_in(person("otto", "view_transitionrule", "change_transitionrule"))

        page, question = other.get(page_of(draft)), other.get(page_of(draft, "publish"))
        other.post(page_of(draft, "publish"), {"seen": question.context["question"].seen})

        assert "/publish/" in page.text
        assert "Written by berta." in page.text
        assert "Written by berta." in question.text
        draft.refresh_from_db()
        assert (draft.state, draft.written_by.username, draft.published_by.username) == ("published", "berta", "otto")
        shown = client.get(page_of(draft)).text
        assert "berta" in shown
        assert "otto" in shown

    def test_the_audit_names_both(self, client, shop, sign_in):
        client.post(reverse(ADD), written(shop))
        sign_in(person("otto", "change_transitionrule", "view_transitionrule")).post(page_of(drafts().get(), "publish"))

        page = client.get(reverse("admin:pghistory_events_changelist")).text

        assert "published by: None → otto" in page
        assert "berta" in page


def test_retiring_asks_first(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")

    question = client.get(page_of(rule, "retire")).text
    client.post(page_of(rule, "retire"))

    rule.refresh_from_db()
    assert "moves nobody any more" in question
    assert rule.state == RuleState.RETIRED


def test_a_step_that_does_not_fit_says_so(client, shop):
    rule = shop.lifecycle.rules.get(key="vip")

    answer = client.post(page_of(rule, "publish"), follow=True)

    assert "Only a draft, or what is in shadow, can be published" in answer.text


def test_the_steps_offered_are_those_that_fit(client, shop):
    client.post(reverse(ADD), written(shop))

    pages = {
        rule.state: client.get(page_of(rule)).text for rule in (drafts().get(), shop.lifecycle.rules.get(key="vip"))
    }

    assert ["/publish/" in pages[state] for state in (RuleState.DRAFT, RuleState.PUBLISHED)] == [True, False]
    assert ["/retire/" in pages[state] for state in (RuleState.DRAFT, RuleState.PUBLISHED)] == [False, True]


def test_a_draft_can_be_deleted(client, shop):
    client.post(reverse(ADD), written(shop))

    client.post(page_of(drafts().get(), "delete"), {"post": "yes"})

    assert not drafts().exists()


def test_the_list_shows_what_is_in_force_in_english(client, shop, boss):
    rule = shop.lifecycle.rules.get(key="vip")
    publish(rule=write_draft(lifecycle=rule.lifecycle, key="vip", text=_text_of(rule)), by=boss, now=rule.published_at)

    page = client.get(reverse(LIST))
    everything = client.get(reverse(LIST), {"state": "all"})

    assert "Total spend is more than 500." in page.text
    assert (page.context["cl"].result_count, everything.context["cl"].result_count) == (10, 11)


def test_the_preview_tells_what_stands_in_the_form_and_whom_it_meets(client, shop):
    shop.customer("CUSTOMER")  # has spent 120
    shop.customer("AT_RISK")

    right = client.post(reverse(PREVIEW), {**written(shop), "lifecycle": shop.lifecycle.id}).json()
    wrong = client.post(reverse(PREVIEW), {**written(shop, conditions="{"), "lifecycle": shop.lifecycle.id}).json()

    assert right == {
        "problems": [],
        "places": [],
        "says": "Total spend is more than 100.",
        "count": 1,
        "meets": "1 customer in Customer meets this now. Rules with a lower number come first.",
        "warnings": [],
    }
    assert "not valid JSON" in wrong["problems"][0]


def test_the_preview_is_for_those_who_may_see_rules(shop, stranger, sign_in):
    answer = sign_in(stranger).post(reverse(PREVIEW), {**written(shop), "lifecycle": shop.lifecycle.id})

    assert answer.status_code == 403
    assert sign_in(stranger).get(reverse(PREVIEW)).status_code == 405


def _text_of(rule):
    return RuleText(rule.name, rule.to_tag, rule.conditions, tuple(rule.from_tags.all()), priority=rule.priority)
