"""In the editor a campaign is written as forms; whatever stands in them comes back, with what is wrong beside it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from campaigns.engine.publishing import write_draft
from campaigns.models import CampaignVersion
from tests.factories import UserFactory, WebhookEndpointFactory
from tests.lifecycle.stage import NOW

pytestmark = pytest.mark.django_db
TREE = '{"all": [{"metric": "order_count", "operator": ">=", "value": 2}]}'


def form(shop: Any, **fields: Any) -> dict[str, Any]:
    """What a browser would post of a small campaign."""
    return {
        "lifecycle": shop.code, "trigger.kind": "entered_tag", "trigger.tag": "OLD", "message_class": "marketing",
        "topic": "tips", "priority": "50", "reentry": "never", "at": ["steps[0]"], "steps[0].kind": "email",
        "steps[0].key": "hello", "steps[0].template": "hello", "steps[0].after.days": "2", **fields,
    }  # fmt: skip


def url(campaign: Any, name: str = "editor") -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])


def errors(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'class="tn-error" role="alert">([^<]*)<', page)]


def post(client: Any, campaign: Any, fields: dict[str, Any], **button: str) -> str:
    body = urlencode({**fields, **button}, doseq=True)
    response = client.post(url(campaign), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_saved_is_the_definition_that_was_written(marketer, campaign, shop):
    fields = form(
        shop,
        **{
            "trigger.from_tag": "NEW", "entry": TREE, "stay": '{"all": []}', "stay_in_tag": "on", "reentry": "30",
            "goal.events": "ORDER_PAID, CART ", "exit.tags": ["NEW"], "goal_within_days": "90", "holdout": "0",
            "at": ["steps[0]", "steps[1]", "steps[1].paths.a[0]", "steps[2]"],
            "steps[0].after.at": "09:00", "steps[0].window.weekdays": ["1", "5"], "steps[0].from_owner": "on",
            "steps[1].kind": "split", "steps[1].shares": "a: 30\nb: 70 %", "steps[1].key": "",
            "steps[1].paths.a[0].kind": "set_trait", "steps[1].paths.a[0].trait": "vip",
            "steps[1].paths.a[0].value": "true",
            "steps[2].kind": "wait_for", "steps[2].event": "LOGIN", "steps[2].timeout.days": "3",
        },
    )  # fmt: skip
    response = marketer.post(url(campaign), {**fields, "save": "yes"})

    assert response.status_code == 302, errors(response.content.decode())
    assert CampaignVersion.objects.get().definition == {
        "lifecycle": shop.code,
        "trigger": {"kind": "entered_tag", "lifecycle": shop.code, "tag": "OLD", "from_tag": "NEW"},
        "topic": "tips", "reentry": 30, "entry": json.loads(TREE), "stay_in_tag": True,
        "exit": {"tags": ["NEW"]}, "goal": {"events": ["ORDER_PAID", "CART"]},
        "steps": [
            {"key": "hello", "kind": "email", "template": "hello", "from_owner": True,
             "after": {"days": 2, "at": "09:00"}, "window": {"weekdays": [1, 5]}},
            {"key": "split_1", "kind": "split", "shares": {"a": 30, "b": 70}, "paths": {
                "a": [{"key": "set_trait_1", "kind": "set_trait", "trait": "vip", "value": True}], "b": []}},
            {"key": "wait_for_1", "kind": "wait_for", "event": "LOGIN", "timeout": {"days": 3},
             "paths": {"happened": [], "timeout": []}},
        ],
    }  # fmt: skip


def test_what_was_saved_stands_in_the_fields_and_is_saved_the_same_again(marketer, campaign, shop):
    marketer.post(url(campaign), {**form(shop, entry=TREE), "save": "yes"})
    before = CampaignVersion.objects.get().definition

    page = marketer.get(url(campaign)).content.decode()

    assert 'value="2"' in page
    assert "After 2 days: Email “hello”." in unescape(page)
    assert "It would have reached 0 customers" in page
    marketer.post(url(campaign), {**form(shop, entry=TREE), "save": "yes"})
    assert CampaignVersion.objects.get().definition == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"steps[0].after.days": "two"}, "Write a whole number."),
        ({"steps[0].after.days": "-1"}, "At least 0."),
        ({"steps[0].after.at": "9 o'clock"}, "A time such as 09:00."),
        ({"steps[0].template": ""}, "This is needed."),
        ({"steps[0].template": "moon"}, "There is no template 'moon'."),
        ({"steps[0].key": "A B"}, "Small letters, digits and _, a letter first."),
        ({"topic": ""}, "Marketing needs a topic, so that customers can say no to it."),
        ({"trigger.tag": ""}, "This is needed."),
        ({"entry": "{"}, "This is no JSON."),
        ({"entry": '{"metric": "moon", "operator": ">", "value": NaN}'}, "This is no JSON."),
        ({"steps[0].kind": "split", "steps[0].shares": "a 50"}, "“a 50” has no colon between name and value."),
        ({"steps[0].kind": "split", "steps[0].shares": "a: 50"}, "The shares sum up to 50 per cent, not to 100."),
        ({"steps[0].kind": "branch"}, "This is needed."),
        ({"steps[0].kind": "webhook", "steps[0].payload": "[1]"}, 'JSON such as {"name": "value"}.'),
        ({"priority": "9" * 400}, "Write a whole number."),
    ],
)
def test_a_mistake_stands_at_its_field_and_nothing_is_lost(marketer, campaign, shop, change, says):
    page = post(marketer, campaign, form(shop, **change), save="yes")

    assert says in errors(page)
    assert not CampaignVersion.objects.exists()
    for text in change.values():
        assert "".join(text.split()) in "".join(unescape(page).split())


@pytest.mark.parametrize(
    "change",
    [
        {"steps[0].kind": "fax"},
        {"lifecycle": "moon"},
        {"trigger.kind": "moon"},
        {"at": []},
        {"seen_at": "2026-13-77T25:00:00"},
        {"seen_at": "x" * 500, "entry": "[" * 100_000},
        {"steps[0].kind": "webhook", "steps[0].endpoint": "x", "steps[0].payload": '{"a": "\\u0000"}'},
        {"steps[0].kind": "webhook", "steps[0].endpoint": "x", "steps[0].payload": '{"a": "\\ud800"}'},
        {"trigger.kind": "event", "trigger.name": "\x00"},
    ],
)
def test_what_no_browser_would_send_is_refused_with_a_sentence(marketer, campaign, shop, change):
    page = post(marketer, campaign, form(shop, **change), save="yes")

    assert 'role="alert"' in page
    assert not CampaignVersion.objects.exists()


def test_steps_are_added_moved_and_removed_before_anything_is_saved(marketer, campaign, shop):
    fields = form(shop)
    page = post(marketer, campaign, {**fields, "new steps": "branch"}, add="steps")
    assert 'name="steps[1].kind" value="branch"' in page
    assert "Add step to “Yes”" in page
    assert not errors(page)

    two = {**fields, "at": ["steps[0]", "steps[1]"], "steps[1].kind": "wait", "steps[1].after.hours": "7"}
    page = post(marketer, campaign, two, up="steps[1]")
    assert page.index('name="steps[0].kind" value="wait"') < page.index('name="steps[1].kind" value="email"')

    page = post(marketer, campaign, two, remove="steps[0]")
    assert 'name="steps[0].kind" value="wait"' in page
    assert "steps[1]" not in page
    assert not CampaignVersion.objects.exists()


@pytest.mark.parametrize("place", ["", "steps[9]", "steps[0].paths.moon", "trigger", "steps[0", "../", "steps" * 999])
@pytest.mark.parametrize("button", ["add", "up", "down", "remove"])
def test_a_place_that_is_not_there_changes_nothing(marketer, campaign, shop, button, place):
    page = post(marketer, campaign, {**form(shop), f"new {place}": "wait"}, **{button: place})

    assert page.count('name="at"') == 1


def test_a_path_may_lie_in_a_path_but_not_without_end(marketer, campaign, shop):
    places = ["steps[0]"]
    fields: dict[str, Any] = {}
    for _ in range(60):
        places.append(f"{places[-1]}.paths.yes[0]")
    for place in places:
        fields[f"{place}.kind"] = "branch"
        fields[f"{place}.condition"] = TREE

    page = post(marketer, campaign, form(shop, **fields, at=places), save="yes")

    assert "more than 5 deep" in page


def test_the_flow_is_drawn_while_it_is_written(marketer, campaign, shop):
    answer = marketer.post(url(campaign, "preview"), form(shop))

    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    assert "A customer enters “OLD”" in page
    assert "Email · 2 days" in page
    broken = marketer.post(url(campaign, "preview"), form(shop, topic="")).content.decode()
    assert "1 thing is still missing" in broken


def test_a_text_that_somebody_else_has_changed_is_not_written_over(marketer, campaign, shop):
    seen = "2026-01-01T00:00:00+00:00"
    definition = {
        "lifecycle": shop.code, "trigger": {"kind": "event", "name": "x"}, "topic": "tips",
        "steps": [{"key": "a", "kind": "wait"}],
    }  # fmt: skip
    write_draft(campaign=campaign, definition=definition, by=UserFactory(username="bob"), now=NOW)

    page = post(marketer, campaign, form(shop, seen_at=seen), save="yes")

    assert "was changed by bob" in page
    assert CampaignVersion.objects.get().trigger_event == "x"


def test_its_scripts_are_all_there(marketer, campaign):
    page = marketer.get(url(campaign)).content.decode()

    assert {one.partition("/")[0] for one in re.findall(r'<script[^>]* src="([^"]*)"', page)} == {""}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"kind": "in_app", "title": "Hi {{ customer.nmae }}", "body": "b"}, "There is no customer.nmae"),
        ({"kind": "in_app", "title": "Hi", "body": "{{ oops"}, "Line 1: "),
        ({"kind": "in_app", "title": "Hi", "body": "{{ unsubscribe_url }}"}, "There is no unsubscribe_url"),
        ({"kind": "webhook", "endpoint": "crm", "payload": '{"a": ["{{ custmer.id }}"]}'}, "There is no custmer"),
        ({"kind": "action", "action": "x", "endpoint": "crm", "parameters": '{"a": "{{ zzz }}"}'}, "There is no zzz"),
    ],
)
def test_texts_of_steps_are_checked_at_their_fields(marketer, campaign, shop, step, says):
    WebhookEndpointFactory(key="crm")
    fields = form(shop, **{f"steps[0].{name}": value for name, value in step.items()})

    page = post(marketer, campaign, fields, save="yes")

    assert [one for one in errors(page) if one.startswith(says)], errors(page)
    assert not CampaignVersion.objects.exists()


def test_a_text_that_is_not_saved_says_so_first(marketer, campaign, shop):
    fields = form(shop, **{"steps[0].after.days": "two", "steps[0].template": ""})

    page = post(marketer, campaign, fields, save="yes")

    assert "Nothing was saved: 2 things are wrong" in page
    assert "Nothing was saved" not in post(marketer, campaign, fields, refresh="yes")
