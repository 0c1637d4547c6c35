"""The admin in a real browser."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from lifecycle.models import Lifecycle, RuleState
from lifecycle.tasks import evaluate_what_changed
from tests.factories import CustomerFactory, EventFactory, RecommendationFactory, TransitionRuleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.outerHTML")


def test_moves_a_customer_by_hand_and_shows_the_move(desk, shop):
    customer = shop.customer(name="Rosa Lind")
    desk.goto(reverse("admin:lifecycle_customer_change", args=[customer.id]))

    desk.get_by_role("link", name="Move by hand in Commerce").click()
    desk.get_by_label("New tag").select_option(label="VIP")
    desk.get_by_label("Reason").fill("Signed a yearly contract")
    desk.get_by_role("button", name="Continue").click()
    expect(desk.get_by_role("heading", name="Move Rosa Lind to VIP?")).to_be_visible()
    desk.get_by_role("button", name="Move to VIP").click()

    expect(desk.get_by_text("Rosa Lind is in VIP now.")).to_be_visible()
    newest = desk.locator(".tn-entry-move").first
    expect(newest).to_contain_text("moved by berta")
    expect(newest).to_contain_text("Signed a yearly contract")


def test_tells_while_typing_what_is_wrong_with_a_rule_and_then_whom_it_meets(desk, shop):
    shop.customer()  # has spent 120
    panel = desk.locator("#rule-preview")
    conditions = desk.locator("#id_conditions")
    desk.goto(reverse("admin:lifecycle_transitionrule_add"))

    desk.get_by_label("Name").fill("Good buyers")
    desk.get_by_label("Customer", exact=True).check()
    desk.get_by_label(re.compile("^To")).select_option(label="VIP")
    desk.get_by_role("button", name="Edit as JSON").click()
    conditions.fill('{"all": [{"metric": "total_spent", "operator": ">", "value": 100}]}')
    expect(panel).to_contain_text("There is no metric “total_spent”; did you mean total_spend")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".field-conditions")).to_contain_text("There is no metric “total_spent”")

    desk.get_by_role("button", name="Edit as JSON").click()
    conditions.fill('{"all": [{"metric": "total_spend", "operator": ">", "value": 100}]}')
    expect(panel).to_contain_text("Total spend is more than 100.")
    expect(panel).to_contain_text("1 customer in Customer meets this now. Rules with a lower number come first.")
    desk.get_by_role("button", name="Save", exact=True).click()

    expect(desk.get_by_text("was added successfully")).to_be_visible()


def test_makes_a_lifecycle_with_its_tags_and_a_rule_and_sees_the_counts_in_its_graph(desk, shop):
    for number in range(3):
        shop.customer(name=f"Buyer {number}")  # has ordered once
    CustomerFactory(name="Nobody yet")
    desk.goto(reverse("admin:lifecycle_lifecycle_add"))

    desk.get_by_label("Name").first.fill("Loyalty")
    tags = (("GUEST", "Guest", "Prospect"), ("MEMBER", "Member", "Active"), ("GONE", "Gone", "Churned"))
    for row, (code, name, category) in enumerate(tags):
        desk.locator(f"[name=tags-{row}-code]").fill(code)
        desk.locator(f"[name=tags-{row}-name]").fill(name)
        desk.locator(f"[name=tags-{row}-category]").select_option(label=category)
    desk.locator("[name=tags-0-is_initial]").check(force=True)
    desk.locator("[name=tags-1-colour]").select_option(label="Pink")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("Next: write the rules")).to_be_visible()

    desk.get_by_role("link", name="Write a rule").click()
    desk.get_by_label("Name").fill("Bought")
    desk.get_by_label("Guest", exact=True).check()
    desk.get_by_label(re.compile("^To")).select_option(label="Member")
    desk.get_by_role("button", name="Edit as JSON").click()
    desk.locator("#id_conditions").fill('{"all": [{"metric": "order_count", "operator": ">=", "value": 1}]}')
    desk.get_by_role("button", name="Save and continue editing").click()
    desk.get_by_role("link", name="Publish").click()
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_text("is in force now")).to_be_visible()
    evaluate_what_changed()
    cache.clear()  # the page says of when its numbers are, and half a minute has not passed

    desk.goto(reverse("admin:lifecycle_lifecycle_change", args=[Lifecycle.objects.get(code="loyalty").id]))
    desk.get_by_role("link", name="Graph").click()
    expect(desk.locator("[data-tag=GUEST]")).to_contain_text("1 customer")
    expect(desk.locator("[data-tag=MEMBER].tn-pink")).to_contain_text("3 customers")
    desk.locator("svg").get_by_role("link", name=re.compile("Bought")).click()
    expect(desk.get_by_text("A published version is never changed")).to_be_visible()


def test_shows_earlier_entries_below_the_later_ones(desk, shop):
    customer = shop.customer()
    EventFactory.create_batch(40, customer=customer)
    desk.goto(reverse("admin:lifecycle_customer_change", args=[customer.id]))
    expect(desk.locator(".tn-entry")).to_have_count(25)

    desk.get_by_role("link", name="Show earlier").click()

    expect(desk.locator(".tn-entry")).to_have_count(43)


def skip_the_menu(desk):
    desk.keyboard.press("Tab")
    assert focused(desk) == "Skip to content"
    desk.keyboard.press("Enter")


def test_is_worked_by_keyboard_alone(desk, shop):
    shop.customer("VIP", name="Rosa Lind")
    shop.customer("CUSTOMER", name="Carl Berg")
    desk.goto(reverse("admin:lifecycle_customer_changelist"))
    skip_the_menu(desk)

    for _ in range(30):
        desk.keyboard.press("Tab")
        # What has the focus can be told from what has not.
        assert desk.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", focused(desk)
        if focused(desk).startswith("Filters"):
            break
    desk.keyboard.press("Enter")

    expect(desk.get_by_role("button", name="Apply Filters")).to_be_visible()
    expect(desk.locator("#changelist-filter :focus")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_sticks_out_of_a_phone(desk, shop, theme):
    customer = shop.customer(name="Rosa " * 20, email="a" * 60 + "@example.com", traits={"note": "x" * 190})
    rule = shop.lifecycle.rules.first()
    desk.emulate_media(color_scheme=theme)
    desk.set_viewport_size({"width": 390, "height": 844})

    for path in (
        reverse("admin:index"),
        reverse("admin:lifecycle_customer_changelist"),
        reverse("admin:lifecycle_customer_change", args=[customer.id]),
        reverse("admin:lifecycle_customer_move", args=[customer.id]),
        reverse("admin:lifecycle_transitionrule_changelist"),
        reverse("admin:lifecycle_transitionrule_change", args=[rule.id]),
        reverse("admin:lifecycle_transitionrule_add"),
        reverse("admin:lifecycle_lifecycle_change", args=[shop.lifecycle.id]),
        reverse("admin:lifecycle_lifecycle_graph", args=[shop.lifecycle.id]),
        reverse("admin:lifecycle_lifecycle_moves_by_hand", args=[shop.lifecycle.id]),
    ):
        desk.goto(path)
        wider_by = desk.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider_by <= 0, path


def test_no_page_logs_an_error(desk, shop):
    customer = shop.customer()
    errors: list[str] = []
    desk.on("pageerror", lambda error: errors.append(str(error)))
    desk.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    for name in ("index", "lifecycle_customer_changelist", "lifecycle_transitionrule_add", "lifecycle_lifecycle_add"):
        desk.goto(reverse(f"admin:{name}"))
    desk.goto(reverse("admin:lifecycle_customer_change", args=[customer.id]))
    desk.goto(reverse("admin:lifecycle_lifecycle_graph", args=[shop.lifecycle.id]))

    assert errors == []


class TestReviewing:
    """A success manager's round: what waits, one by one and several at once; holds and switches."""

    @pytest.fixture
    def ask(self, shop):
        """Makes a customer whose move to VIP waits for a person."""
        rule = TransitionRuleFactory(
            lifecycle=shop.lifecycle, from_tags=[shop.tag("CUSTOMER")], to_tag=shop.tag("VIP"), is_automatic=False,
            name="Good buyers", state=RuleState.PUBLISHED,
            conditions={"all": [{"metric": "order_count", "operator": ">=", "value": 1}]},
        )  # fmt: skip

        def asked(name):
            return RecommendationFactory(
                lifecycle=shop.lifecycle, customer=shop.customer(name=name), rule=rule, from_tag=shop.tag("CUSTOMER"),
                evidence={"order_count": 1}, reasons=["needs_approval"],
            )  # fmt: skip

        return asked

    def test_approves_from_the_queue_by_keyboard_alone(self, desk, ask):
        ask("Rosa Lind")
        desk.goto(reverse("admin:lifecycle_recommendation_changelist"))

        def tab_to(text):
            skip_the_menu(desk)
            for _ in range(40):
                desk.keyboard.press("Tab")
                if desk.evaluate("document.activeElement.tagName") == "A" and text in focused(desk):
                    return
            raise AssertionError(f"Tab never came to {text}")

        tab_to("VIP")
        desk.keyboard.press("Enter")
        expect(desk.get_by_text("Number of orders is at least 1")).to_have_count(2)  # as it was, and as it is
        expect(desk.get_by_text("Still holds.")).to_be_visible()
        tab_to("Approve")
        desk.keyboard.press("Enter")
        expect(desk.get_by_role("heading", name="Approve the move of Rosa Lind?")).to_be_visible()
        desk.keyboard.type("Fits")  # the note has the focus
        desk.keyboard.press("Enter")

        expect(desk.get_by_text("Rosa Lind is in VIP now.")).to_be_visible()
        expect(desk.get_by_text("0 recommendations")).to_be_visible()

    def test_snoozes_several_at_once_after_it_was_told_the_effect(self, desk, ask):
        ask("Rosa Lind")
        ask("Carl Berg")
        desk.goto(reverse("admin:lifecycle_recommendation_changelist"))

        for box in desk.locator("input[name=_selected_action]").all():
            box.check()
        desk.locator("select[name=action]").select_option(label="Snooze selected")
        desk.get_by_role("button", name="Run").click()
        expect(desk.get_by_role("heading", name="Snooze 2 moves?")).to_be_visible()
        expect(desk.locator("main, #content, body").first).to_contain_text("2 ×")
        desk.get_by_label(re.compile("Until")).fill("2020-01-01")
        desk.get_by_role("button", name="Snooze").click()
        expect(desk.get_by_text(re.compile("future|past|later")).first).to_be_visible()

    def test_holds_a_customer_and_stops_a_lifecycle(self, desk, shop):
        customer = shop.customer(name="Rosa Lind")
        page = reverse("admin:lifecycle_customer_change", args=[customer.id])
        desk.goto(page)
        desk.get_by_role("link", name="Pin in Commerce").click()
        desk.get_by_label("Reason").fill("Promised until the renewal")
        desk.get_by_role("button", name="Pin").click()
        expect(desk.get_by_text("Promised until the renewal")).to_be_visible()

        desk.goto(reverse("admin:lifecycle_switch_changelist"))
        desk.locator("li, tr, .tn-line").filter(has_text="All rules").get_by_role("link", name="Switch off").click()
        desk.get_by_label("Reason").fill("A bad import")
        desk.get_by_role("button", name="Switch off").click()
        expect(desk.get_by_text("Commerce is off now.")).to_be_visible()
        desk.goto(reverse("admin:index"))
        expect(desk.get_by_text("A bad import")).to_be_visible()
