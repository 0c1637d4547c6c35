"""Pages of campaigns beside a million messages to 100,000 customers, for those who see some customers, or all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from django.contrib.auth.models import User
from django.urls import reverse

from campaigns.models import Campaign, Delivery, StepRun
from lifecycle.queries import in_portfolio

from . import world
from .evaluating import MILLION
from .harness import Bench
from .pages import FEW
from .portfolios import Addresses, visit
from .portfolios import fill as customers_at_work

MESSAGES = (Path(__file__).parent / "messages.sql").read_text()
CUSTOMERS = {FEW: 20_000, MILLION: 100_000}
STEPS = 5


def run_cases(bench: Bench) -> None:
    visit(bench, [name for name in PAGES if bench.wants(f"campaign_pages {name}")], PAGES, fill)


def fill(messages: int) -> None:
    """Customers with people who look after them, and as many messages as steps that are done."""
    customers_at_work(CUSTOMERS[messages])
    world.run("TRUNCATE campaigns_campaign CASCADE")
    text = {
        "lifecycle": "account",
        "trigger": {"kind": "event", "name": "login"},
        "message_class": "marketing",
        "topic": "news",
        "steps": [
            {"key": f"mail-{number}", "kind": "email", "template": "welcome", "after": {"days": 3}}
            for number in range(STEPS)
        ],
    }
    named = {"definition": json.dumps(text), "entries": messages * 21 // (20 * STEPS)}  # of some, not all is due
    sql = MESSAGES
    for name, value in named.items():
        sql = sql.replace(f"{{{name}}}", str(value))
    world.run(sql)
    world.run("VACUUM (ANALYZE)")


def _list(model: str, *asked: str) -> Addresses:
    return lambda _: [reverse(f"admin:campaigns_{model}_changelist") + one for one in asked]


def campaign(_: User) -> Sequence[str]:
    """That of half of all messages, and one of those that share the rest."""
    return [reverse("admin:campaigns_campaign_change", args=[one.pk]) for one in Campaign.objects.order_by("id")[:2]]


def calendar(user: User) -> Sequence[str]:
    """Of customers for whom something is planned."""
    waiting = in_portfolio(StepRun.objects.filter(state="waiting"), user).order_by("customer")
    ids = waiting.values_list("customer", flat=True).distinct()[:30]
    return [reverse("admin:campaigns_enrollment_calendar", args=[one]) for one in ids]


def message(user: User) -> Sequence[str]:
    ids = in_portfolio(Delivery.objects.all(), user).order_by("-id").values_list("id", flat=True)[:30]
    return [reverse("admin:campaigns_delivery_change", args=[one]) for one in ids]


PAGES: dict[str, Addresses] = {
    "delivery_log": _list("delivery", "", "?p=2", "?state__exact=opened", "?reason=capped", "?campaign=bench-0"),
    "delivery_search": _list("delivery", "?q=customer+12"),
    "uncertain_queue": _list("delivery", "?state__exact=uncertain", "?state__exact=uncertain&p=2"),
    "delivery_page": message,
    "enrollment_list": _list("enrollment", "", "?p=2", "?state__exact=active", "?campaign=bench-0"),
    "campaign_list": _list("campaign", ""),
    "campaign_page": campaign,
    "calendar_page": calendar,
}
