"""Conditions written as rows, in a real browser."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from lifecycle.models import RuleState, TransitionRule
from tests.factories import TransitionRuleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADD = "admin:lifecycle_transitionrule_add"
NESTED = {
    "all": [
        {"metric": "total_spend", "operator": ">=", "value": 100.5},
        {"any": [
            {"metric": "customer_tier", "operator": "in", "value": ["Pro", "Freemium"]},
            {"metric": "days_since_order", "operator": "between", "value": [0, 30]},
        ]},
        {"not": {"metric": "has_ordered_since_entry", "operator": "==", "value": True}},
    ]
}  # fmt: skip


@pytest.fixture
def draft(shop):
    """Makes a draft with conditions."""

    def made(conditions):
        return TransitionRuleFactory(
            lifecycle=shop.lifecycle, from_tags=[shop.tag("CUSTOMER")], to_tag=shop.tag("VIP"), name="Good buyers",
            key="good-buyers", state=RuleState.DRAFT, conditions=conditions,
        )  # fmt: skip

    return made


def page_of(rule):
    return reverse("admin:lifecycle_transitionrule_change", args=[rule.id])


def row(desk: Page, number: str):
    return desk.get_by_role("group", name=f"Condition {number}", exact=True)


def choose(place, metric: str):
    """The first metric that a search finds."""
    place.get_by_role("combobox", name="Metric").fill(metric)
    place.get_by_role("option").first.click()


def written(desk: Page):
    return json.loads(desk.locator("#id_conditions").input_value())


def name_the_rule(desk: Page):
    desk.get_by_label("Name").fill("Good buyers")
    desk.get_by_label("Customer", exact=True).check()
    desk.get_by_label(re.compile("^To")).select_option(label="VIP")


def save(desk: Page):
    desk.get_by_role("button", name="Save", exact=True).click()


def test_writes_a_nested_rule_by_rows_alone_and_shows_the_same_rows_again(desk, shop):
    shop.customer()  # has spent 120
    panel = desk.locator("#rule-preview")
    desk.goto(reverse(ADD))
    name_the_rule(desk)

    choose(row(desk, "1"), "total spend")
    row(desk, "1").get_by_label("Operator").select_option(label="is at least")
    row(desk, "1").get_by_label("Value").fill("100.50")
    expect(row(desk, "1")).to_contain_text("1 of 1 customer in the chosen tags meets this condition.")
    expect(row(desk, "1").get_by_role("img")).to_be_visible()

    desk.get_by_role("button", name="Add group").last.click()
    choose(row(desk, "2.1"), "customer_tier")
    row(desk, "2.1").get_by_label("Operator").select_option(label="is one of")
    row(desk, "2.1").get_by_label("Pro", exact=True).check()
    row(desk, "2.1").get_by_label("Freemium").check()
    desk.get_by_role("group", name="Group 2").get_by_role("button", name="Add condition").click()
    choose(row(desk, "2.2"), "days_since_order")
    row(desk, "2.2").get_by_label("Operator").select_option(label="is between")
    row(desk, "2.2").get_by_label("Lowest value").fill("0")
    row(desk, "2.2").get_by_label("Highest value").fill("30")

    desk.get_by_role("button", name="Add group").last.click()
    desk.get_by_role("group", name="Group 3").get_by_label("How many have to hold").select_option("None of these holds")
    choose(row(desk, "3.1"), "has ordered since")
    row(desk, "3.1").get_by_label("Value").select_option("yes")

    expect(panel).to_contain_text("Total spend is at least 100.5 and (product is one of Pro, Freemium or days since")
    expect(panel).to_contain_text("No customers in Customer meet this now.")
    assert '"value": 100.50}' in desk.locator("#id_conditions").input_value()  # as it was typed
    save(desk)
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    rule = TransitionRule.objects.get(key="good-buyers")
    assert rule.conditions == NESTED

    desk.goto(page_of(rule))
    expect(row(desk, "2.2").get_by_role("combobox", name="Metric")).to_have_value("Days since the last order")
    expect(row(desk, "2.2").get_by_label("Highest value")).to_have_value("30")
    expect(row(desk, "2.1").get_by_label("Enterprise")).not_to_be_checked()
    expect(desk.get_by_role("group", name="Group 3").get_by_label("How many have to hold")).to_have_value("not")
    assert written(desk) == NESTED


def test_says_at_its_row_what_is_wrong_while_writing_and_after_saving(desk, draft):
    rule = draft(NESTED)
    wrong = row(desk, "2.2")
    desk.goto(page_of(rule))

    wrong.get_by_label("Highest value").fill("thirty")
    expect(wrong).to_have_accessible_description('days_since_order is a number such as 60, got "thirty".')
    expect(row(desk, "1")).not_to_contain_text("thirty")
    save(desk)

    expect(desk.locator(".field-conditions")).to_contain_text("At all[1].any[1].value[1]:")  # the field says it too
    expect(wrong).to_contain_text('got "thirty"')
    expect(wrong.get_by_label("Highest value")).to_have_value("thirty")
    expect(wrong.get_by_label("Lowest value")).to_have_value("0")
    rule.refresh_from_db()
    assert rule.conditions == NESTED


def test_switches_to_json_and_back_without_losing_anything(desk, draft):
    desk.goto(page_of(draft(NESTED)))
    area = desk.locator("#id_conditions")
    before = area.input_value()

    desk.get_by_role("button", name="Edit as JSON").click()
    expect(area).to_be_visible()
    assert area.input_value() == before
    area.fill('{"any": [{"metric": "ltv", "operator": ">", "value": 0.10000000000000000001}]}')
    desk.get_by_role("button", name="Edit as rows").click()

    expect(area).to_be_hidden()
    expect(row(desk, "1").get_by_role("combobox", name="Metric")).to_have_value("Total spend")
    expect(row(desk, "1").get_by_label("Value")).to_have_value("0.10000000000000000001")


@pytest.mark.parametrize(
    "text",
    [
        '{"all": [',
        '{"all": [{"metric": "email", "operator": "is_known", "value": true, "note": "mine"}]}',
        '{"metric": "email", "metric": "plan", "operator": "is_known", "value": true}',
        '{"all": [{"metric": "total_spend", "operator": ">", "value": [1, 2]}]}',
        '{"all": [{"metric": "plan", "operator": "==", "value": ""}]}',
    ],
)
def test_what_cannot_be_shown_as_rows_stays_as_it_was_written(desk, draft, text):
    desk.goto(page_of(draft(NESTED)))
    desk.get_by_role("button", name="Edit as JSON").click()
    desk.locator("#id_conditions").fill(text)

    desk.get_by_role("button", name="Edit as rows").click()

    expect(desk.get_by_role("alert")).to_contain_text("The conditions cannot be shown as rows")
    expect(desk.locator("#id_conditions")).to_be_visible()
    assert desk.locator("#id_conditions").input_value() == text


@pytest.mark.parametrize(
    "tree",
    [
        {"metric": "email", "operator": "is_known", "value": False},
        {"not": {"any": [{"metric": "plan", "operator": "not_in", "value": ["a, b", "c"]}, {"all": [NESTED]}]}},
        {"all": [{"metric": "last_order_on", "operator": "<=", "value": "2026-01-31"}, {"not": {"not": NESTED}}]},
        {"any": [{"metric": "order_count", "operator": "in", "value": [1, 2.5]}]},
    ],
)
def test_rows_write_what_they_were_read_from(desk, draft, tree):
    desk.goto(page_of(draft(tree)))

    desk.get_by_label("How many have to hold").first.dispatch_event("change")  # as if something had changed

    expect(desk.locator("#id_conditions")).to_be_hidden()
    assert written(desk) == tree


def test_operators_and_inputs_follow_the_metric(desk, shop):
    desk.goto(reverse(ADD))
    first = row(desk, "1")

    choose(first, "plan the customer")
    assert first.get_by_label("Operator").locator("option").all_inner_texts() == [
        "is", "is not", "is one of", "is none of", "is known"
    ]  # fmt: skip
    choose(first, "last_order_on")
    first.get_by_label("Operator").select_option("is on or after")
    first.get_by_label("Value").fill("2026-01-31")
    first.get_by_label("Operator").select_option("is known")
    assert written(desk) == {"all": [{"metric": "last_order_on", "operator": "is_known", "value": True}]}
    first.get_by_label("Operator").select_option("is")
    first.get_by_label("Value").fill("2026-01-31")
    choose(first, "days since login")
    expect(first.locator(".tn-value-inputs")).to_contain_text("days")
    expect(first).to_contain_text("Complete days since the last login; missing before the first.")
    expect(first.get_by_label("Value")).to_have_value("")


def test_rows_and_groups_are_removed(desk, draft):
    desk.goto(page_of(draft(NESTED)))

    desk.get_by_role("group", name="Group 2").get_by_role("button", name="Remove group").click()
    row(desk, "1").get_by_role("button", name="Remove condition").click()

    assert written(desk) == {"all": [NESTED["all"][2]]}
    assert desk.evaluate("document.activeElement.closest('.tn-conditions') !== null")


def test_a_row_is_written_by_keyboard_alone(desk, shop):
    desk.goto(reverse(ADD))
    desk.get_by_role("button", name="Add condition").focus()

    desk.keyboard.press("Enter")
    desk.keyboard.type("lifelong nonsense")
    expect(row(desk, "2")).to_contain_text("No metric fits.")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("listbox")).to_be_hidden()
    desk.keyboard.type("logins in the last")
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text("logins_last_14d")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    for _ in range(3):
        desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Tab")
    desk.keyboard.type("3")

    assert written(desk)["all"][1] == {"metric": "logins_last_14d", "operator": "<", "value": 3}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rows_fit_a_phone(desk, draft, theme):
    desk.emulate_media(color_scheme=theme)
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(page_of(draft({"any": [{"not": NESTED}, NESTED]})))
    expect(row(desk, "2.1")).to_contain_text("customer")
    desk.wait_for_load_state("networkidle")  # each row has its picture: nothing moves below the pointer

    desk.get_by_role("combobox", name="Metric").last.click()

    expect(desk.get_by_role("listbox")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
