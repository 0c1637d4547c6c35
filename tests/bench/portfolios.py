"""Pages of customer success among a million customers, for those who look after some, lead some, or see them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customer_success.engine.scorecards import load_scorecards
from customer_success.models import Scorecard
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.queries import customers_seen

from . import world
from .evaluating import MILLION, clean
from .harness import Bench
from .pages import FEW, SECONDS, VIEWS, look, visitor

BUSY = (Path(__file__).parent / "portfolios.sql").read_text()
AT_ONCE = 5  # people of a kind, whose pages are looked at in turns
Addresses = Callable[[User], Sequence[str]]


def run_cases(bench: Bench) -> None:
    visit(bench, [name for name in PAGES if bench.wants(name)], PAGES, fill)


def visit(bench: Bench, wanted: Sequence[str], pages: Mapping[str, Addresses], fill: Callable[[int], None]) -> None:
    """Each page as people of each kind see it: no more questions among a million than among few, and within its time."""
    if not wanted:
        return
    most: dict[tuple[str, str], int] = {}  # queries of a page among few; it depends on what there is to show
    for size in (FEW, MILLION):
        fill(size)
        people = cast()
        for name in wanted:
            for role, some in people.items():
                found = [look(client, _again(pages[name](user))) for user, client in some]
                number = max(one for _, counted in found for one in counted)
                if number > most.setdefault((name, role), number):
                    raise AssertionError(f"{name} asks {number} questions of a {role}, not {most[name, role]}")
                if size == MILLION:
                    seconds = [one for times, _ in found for one in times]
                    late = quantiles(seconds, n=20)[-1]
                    bench.keep(f"{name}, {role}", size, median(seconds), SECONDS, late / SECONDS, most=1.0)


def fill(customers: int) -> None:
    """Customers who have just been evaluated, and what is going on around them."""
    clean()
    world.run("TRUNCATE lifecycle_team CASCADE")
    User.objects.filter(username__startswith="manager-").delete()
    lifecycle = world.lifecycle_of(world.SHAPES, "account")
    world.populate(lifecycle, customers)
    Scorecard.objects.all().delete()
    load_scorecards(now=timezone.now())
    world.run(BUSY)
    evaluate_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now())
    world.run("VACUUM (ANALYZE)")


def cast() -> dict[str, list[tuple[User, Client]]]:
    """Some people of each kind, signed in."""
    call_command("collectstatic", interactive=False, verbosity=0)
    administrator = visitor()
    found = {"administrator": [(User.objects.get(username="bench"), administrator)] * AT_ONCE}
    for role in ("manager", "lead"):
        users = User.objects.filter(groups__name=f"Success {role}").order_by("id")[:AT_ONCE]
        found[role] = [(user, _signed_in(user)) for user in users]
    return found


def _signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _again(addresses: Sequence[str]) -> list[str]:
    """As many as are looked at in all, and ten to warm up."""
    return [addresses[number % len(addresses)] for number in range(VIEWS // AT_ONCE + 10)]


def my_day(user: User) -> Sequence[str]:
    """The own day; of those who lead or see everybody, that of all."""
    own = user.groups.filter(name="Success manager").exists()
    return [reverse("admin:customer_success_my_day") + ("" if own else "?whose=team")]


def customer_360(user: User) -> Sequence[str]:
    """Customers for whom there is much to show."""
    seen = customers_seen(user).filter(success_plans__isnull=False, business_reviews__isnull=False).distinct()
    ids = seen.order_by("id").values_list("id", flat=True)[:30]
    return [reverse("admin:lifecycle_customer_change", args=[one]) for one in ids]


def page(name: str, asked: str = "") -> Addresses:
    return lambda _: [reverse(f"admin:{name}") + asked]


def pages_of(name: str) -> Addresses:
    """A list as it opens, and its second page."""
    return lambda _: [reverse(f"admin:{name}_changelist") + asked for asked in ("", "?p=2")]


PAGES: dict[str, Addresses] = {
    "my_day_page": my_day,
    "customer_360_page": customer_360,
    "event_list": pages_of("lifecycle_event"),
    "transition_list": pages_of("lifecycle_transition"),
    "customer_list": pages_of("lifecycle_customer"),
    "account_list": pages_of("customer_success_account"),
    "health_list": pages_of("customer_success_customerhealth"),
    "alert_list": pages_of("customer_success_healthalert"),
    "task_list": pages_of("customer_success_task"),
    "plan_list": pages_of("customer_success_successplan"),
    "review_list": pages_of("customer_success_businessreview"),
    "search_page": page("lifecycle_customer_changelist", "?q=customer+12"),
    "portfolios_page": page("customer_success_handover_portfolios"),
}
