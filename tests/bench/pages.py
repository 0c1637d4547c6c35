"""Pages people wait for, among a million customers, against the limits that were set; queries are counted."""

from __future__ import annotations

import time
from collections.abc import Iterable
from statistics import median, quantiles

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Lifecycle, Recommendation, RecommendationState, ReviewPolicy

from . import world
from .evaluating import MILLION, clean, same
from .harness import Bench

FEW = 20_000
VIEWS = 100
SECONDS = 0.3  # for 95 of 100 pages
SPEC = {1_000: 60.0, 10_000: 600.0}  # seconds, and the same a customer


def run_cases(bench: Bench) -> None:
    if bench.wants("spec_targets"):
        for customers, limit in SPEC.items():
            lifecycle = crowd(customers)
            took = bench.median_of(
                lambda one=lifecycle: evaluate_everybody(lifecycle=one, as_of=world.AS_OF, now=timezone.now()),
                before=world.restore,
            )  # fmt: skip
            bench.keep("spec_targets", customers, took, limit, took / limit, most=1.0)
    wanted = [name for name in PAGES if bench.wants(name)]
    if not wanted:
        return
    queries: dict[str, set[int]] = {name: set() for name in wanted}
    for customers in (FEW, MILLION):
        lifecycle = crowd(customers)
        evaluate_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now())
        busy = live_through_it()
        client = visitor()
        for name in wanted:
            seconds, counted = look(client, PAGES[name](busy))
            queries[name] |= counted
            if customers == MILLION:
                late = quantiles(seconds, n=20)[-1]
                bench.keep(name, customers, median(seconds), SECONDS, late / SECONDS, most=1.0)
    for name, counted in queries.items():
        if len(counted) > 1:  # the same number on every page, among few customers and among many
            raise AssertionError(f"{name} asks {sorted(counted)} questions")


def crowd(customers: int) -> Lifecycle:
    """A lifecycle in which every second move or so waits for a person."""
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    ReviewPolicy.objects.create(lifecycle=lifecycle, high_value_spend=650)
    world.populate(lifecycle, customers)
    return lifecycle


def live_through_it() -> list[int]:
    """Some customers of a product whose move waits, each with two hundred events."""
    waiting = Recommendation.objects.filter(state=RecommendationState.PENDING).exclude(customer__product_tag=None)
    busy = list(waiting.order_by("id").values_list("customer_id", flat=True)[: VIEWS + 10])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lifecycle_event (customer_id, source, message_id, name, occurred_at, received_at, properties) "
            "SELECT c, 'bench', c || '-' || n, 'login', %s::timestamptz - n * interval '5 hours', now(), '{}' "
            "FROM unnest(%s::bigint[]) AS c, generate_series(1, 200) AS n ORDER BY n DESC",
            [world.AS_OF, busy],
        )
    world.run("VACUUM (ANALYZE) lifecycle_event, lifecycle_recommendation, lifecycle_transition, lifecycle_decision")
    return busy


def visitor() -> Client:
    user, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def look(client: Client, addresses: Iterable[str]) -> tuple[list[float], set[int]]:
    """How long each page took, without the first ten, and how many queries they made."""
    seconds, counted = [], set()
    for number, address in enumerate(addresses):
        reset_queries()  # its log has an end
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            answer = client.get(address)
            took = time.perf_counter() - began
        same(answer.status_code, 200)
        if number >= 10:
            seconds.append(took)
            counted.add(len(queries))
    return seconds, counted


def queue(busy: list[int]) -> list[str]:
    """The queue as it opens, and its further pages."""
    address = reverse("admin:lifecycle_recommendation_changelist")
    return [f"{address}?p={1 + number % 3}" for number in range(len(busy))]


def customer(busy: list[int]) -> list[str]:
    return [reverse("admin:lifecycle_customer_change", args=[one]) for one in busy]


PAGES = {"review_queue_page": queue, "customer_page": customer}
