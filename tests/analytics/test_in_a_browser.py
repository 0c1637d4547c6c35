"""The dashboards in a real browser: both themes, a narrow screen, the keyboard, and nothing to tell."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from analytics.admin.board import BOARDS
from analytics.engine.snapshots import backfill
from lifecycle.models import StatusTag, TransitionRule
from tests.customer_success.cast import enter
from tests.factories import AccountFactory, CustomerHealthFactory, HealthScoreFactory, OrderFactory, UserFactory

from .moved import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOARDS_OF_THE_MENU = [one for one in BOARDS if not one.of]
FILL = "getComputedStyle(document.querySelector('[data-chart] text')).fill"


@pytest.fixture
def errors() -> list[str]:
    """What the scripts of the pages complained about."""
    return []


@pytest.fixture
def desk(page: Page, errors: list[str], db: None) -> Page:
    """Logged in as somebody who sees everybody."""
    boss: User = UserFactory(is_staff=True, is_superuser=True)
    enter(page, boss)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


@pytest.fixture
def world(db: None) -> World:
    """Twelve customers who moved, ordered and were scored, and two days that are kept."""
    now, world = timezone.now(), World()
    for number in range(12):
        customer = world.customer(owner=world.mia, name=f"A Customer With a Rather Long Name {number}")
        for back, tag in ((70, "NEW"), (20, "RISK"), (5, "GOOD" if number % 3 else "GONE")):
            world.moved(customer, now - timedelta(days=back), tag)
        AccountFactory(customer=customer, annual_revenue=12_000, opened_at=now - timedelta(days=300))
        level = "GOOD" if number % 2 else "POOR"
        HealthScoreFactory(customer=customer, score=40 + 4 * number, level=level, recorded_at=now - timedelta(days=40))
        CustomerHealthFactory(customer=customer, score=40 + 4 * number, computed_score=40 + 4 * number, level=level)
        for back in (40, 70, 100):
            OrderFactory(customer=customer, ordered_at=now - timedelta(days=back))
    backfill(since=now.date() - timedelta(days=1), now=now)
    return world


def see(desk: Page, code: str, query: str = "") -> None:
    desk.goto(f"{reverse(f'admin:analytics_snapshot_{code}')}{query}")
    expect(desk.locator("[data-chart]:not(:has(svg))")).to_have_count(0)


def boards_of(world: World) -> list[tuple[str, str]]:
    """Each with the question that has an answer here."""
    asked = {
        "status_tags": f"?lifecycle={world.lifecycle.code}",
        "cohorts": f"?target={world.lifecycle.code}:GOOD",
        "revenue": "?basis=orders",
    }
    return [(one.code, asked.get(one.code, "")) for one in BOARDS_OF_THE_MENU]


def test_pictures_are_drawn_and_follow_the_theme(desk: Page, world: World, errors: list[str]) -> None:
    drawn = set()

    for code, query in boards_of(world):
        see(desk, code, query)
        if desk.locator("[data-chart]").count():
            drawn.add(code)
            light = desk.evaluate(FILL)
            desk.evaluate("document.documentElement.classList.add('dark')")
            desk.wait_for_function(f"{FILL} !== '{light}'")
            expect(desk.locator("[data-chart]:not(:has(svg))")).to_have_count(0)

    assert drawn >= {"executive", "portfolio_health", "status_tags", "cohorts", "revenue", "managers"}
    assert errors == []


def test_nothing_sticks_out_of_a_narrow_screen(desk: Page, world: World) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})

    for code, query in boards_of(world):
        see(desk, code, query)
        assert desk.evaluate("document.documentElement.scrollWidth") <= 390, code
        wide = """[...document.querySelectorAll('.tn-page *')].filter(one =>
            one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.tn-scroll, svg, .tn-sr, pre, select')
        ).map(one => one.outerHTML.slice(0, 200))"""
        assert desk.evaluate(wide) == [], code


@pytest.mark.parametrize("code", ["status_tags", "automation"])
def test_long_names_of_tags_and_rules_stay_in_their_pictures(desk: Page, world: World, code: str) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for tag, name in (("NEW", "Customers" * 7), ("GOOD", "Customers who have not been seen for a rather long time")):
        StatusTag.objects.filter(lifecycle=world.lifecycle, code=tag).update(name=name)
        TransitionRule.objects.filter(lifecycle=world.lifecycle, to_tag__code=tag).update(name=name)

    see(desk, code, f"?lifecycle={world.lifecycle.code}")

    cut = """[...document.querySelectorAll('[data-chart] text')].filter(one => {
        const [text, all] = [one, one.closest('[data-chart]')].map(each => each.getBoundingClientRect());
        return text.left < all.left - 1 || text.right > all.right + 1;
    }).map(one => one.textContent)"""
    assert desk.locator("[data-chart] text").count() > 10
    assert desk.evaluate(cut) == []
    cells = "[...document.querySelectorAll('td.tn-words:not(:first-child)')]"
    assert desk.evaluate(f"{cells}.every(one => one.clientWidth < 250)")


def test_the_keyboard_opens_a_table_and_takes_its_file(desk: Page, world: World) -> None:
    see(desk, "status_tags", f"?lifecycle={world.lifecycle.code}")
    figure = desk.locator("figure", has=desk.locator("#distribution-title"))

    for _ in range(200):
        desk.keyboard.press("Tab")
        if figure.locator("summary:focus").count():
            break
    desk.keyboard.press("Enter")
    expect(figure.get_by_role("table")).to_be_visible()
    for _ in range(20):
        desk.keyboard.press("Tab")
        if figure.get_by_role("link", name="Download as CSV").and_(desk.locator(":focus")).count():
            break
    with desk.expect_download() as download:
        desk.keyboard.press("Enter")

    rows = csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines())
    assert {row["Tag"]: row["Customers"] for row in rows}["GOOD"] == "8"


def test_the_overview_leads_to_the_dashboards(desk: Page) -> None:
    desk.goto(reverse("admin:index"))

    desk.get_by_role("navigation", name="Dashboards").get_by_role("link", name="Status tags").click()

    expect(desk.get_by_role("heading", name="Status tags", level=1)).to_be_visible()


def test_boards_without_data_say_what_is_missing(desk: Page, errors: list[str]) -> None:
    for one in BOARDS:
        answer = desk.goto(reverse(f"admin:analytics_snapshot_{one.code}"))
        assert answer is not None, one.code
        assert answer.status == 200, one.code
        assert desk.get_by_text("This field is required").count() == 0, one.code
        for figure in desk.locator("figure.tn-chart").all():
            said = figure.locator("p, figcaption").all_inner_texts()
            assert any(text.strip() for text in said), (one.code, figure.inner_text())
        assert "None" not in desk.locator(".tn-page").inner_text(), one.code
    assert errors == []
