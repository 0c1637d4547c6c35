"""Evaluation against SQL written by hand, against itself at other sizes, and one customer at a time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from lifecycle.engine.evaluate import evaluate_changed, evaluate_customers, evaluate_everybody, plan_everybody
from lifecycle.models import CustomerStatus, Evaluation, Lifecycle

from . import floor, world
from .harness import Bench

N = 100_000
MILLION = 1_000_000
ONES = 200
TOMORROW = world.AS_OF + timedelta(days=1)


def run_cases(bench: Bench) -> None:
    if bench.wants("evaluate"):
        clean()
        lifecycle = world.lifecycle_of(world.SHAPES, "bench")
        world.populate(lifecycle, N)
        bench.compare(
            "evaluate_full", N, ours=ours(lifecycle), floor=by_hand(lifecycle), before=world.restore, check=same, most=1.15
        )  # fmt: skip
        one(bench, lifecycle)
        workers(bench, lifecycle)
        many_rules(bench)
        million(bench)


def clean() -> None:
    world.run("TRUNCATE lifecycle_lifecycle, lifecycle_statustag, lifecycle_transitionrule, lifecycle_customer CASCADE")


def hand_connection() -> psycopg.Connection:
    """A plain psycopg connection to the same database, as a hand-writer would use."""
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"], options="-c timezone=UTC",
        autocommit=True, cursor_factory=psycopg.ClientCursor,
    )  # fmt: skip


def ids_of(lifecycle: Lifecycle) -> tuple[dict[str, int], list[int]]:
    """The tags' ids by code, and the ids of the rules in the order of ``world.SHAPES``."""
    return dict(lifecycle.tags.values_list("code", "id")), list(
        lifecycle.rules.order_by("key").values_list("id", flat=True)
    )


def by_hand(lifecycle: Lifecycle) -> Callable[[], int]:
    hand, (tags, rules) = hand_connection(), ids_of(lifecycle)
    return lambda: floor.evaluate(hand, lifecycle.id, tags, rules)


def ours(lifecycle: Lifecycle) -> Callable[[], int]:
    return lambda: evaluate_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now()).moved


def same(one: object, other: object) -> None:
    if one != other:
        raise AssertionError(f"the two did not do the same: {one} against {other}")


def incremental(bench: Bench, lifecycle: Lifecycle) -> None:
    """2.5 % of the customers dirty or due, a day later, of whom some one in ten moves; the end state must be that of the full pass."""
    if not bench.wants("evaluate_incremental"):
        return
    world.restore()
    world.run(
        "UPDATE lifecycle_collectedmetrics SET engagement_score = 40 + engagement_score * 0.6 WHERE customer_id % 10 <> 0"
    )
    evaluate_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now())
    world.run(
        "UPDATE lifecycle_collectedmetrics SET engagement_score = 20 + customer_id * 37 % 81 WHERE customer_id % 125 = 7"
    )
    world.run("INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) "
              "SELECT lifecycle_id, customer_id FROM lifecycle_customerstatus WHERE customer_id % 125 = 7")  # fmt: skip
    world.remember()

    def changed() -> str:
        share = evaluate_changed(lifecycle=lifecycle, as_of=TOMORROW, now=timezone.now()).evaluated / MILLION
        if not 0.02 <= share <= 0.03:
            raise AssertionError(f"{share:.1%} of the customers were evaluated, not some 2.5 %")
        return "changed"

    def everybody() -> str:
        evaluate_everybody(lifecycle=lifecycle, as_of=TOMORROW, now=timezone.now())
        return "everybody"

    states: dict[str, str] = {}

    def check(_own: object, _other: object) -> None:
        for key, run in (("changed", changed), ("everybody", everybody)):
            if key not in states:
                world.restore()
                run()
                states[key] = fingerprint(lifecycle)
        same(states["changed"], states["everybody"])

    bench.compare(
        "evaluate_incremental", MILLION, ours=changed, floor=everybody, before=world.restore, check=check, most=0.20
    )


def fingerprint(lifecycle: Lifecycle) -> str:
    """A digest of every customer's tag, its entry and the next check."""
    rows = CustomerStatus.objects.filter(lifecycle=lifecycle).order_by("customer_id")
    values = rows.values_list("customer_id", "tag_id", "version", "entered_at", "seen_until", "next_check__at")
    return hashlib.sha256(repr(list(values)).encode()).hexdigest()


def many_rules(bench: Bench) -> None:
    if not bench.wants("evaluate_200_rules"):
        return
    clean()
    few = world.lifecycle_of(world.shapes_of(6), "six")
    many = world.lifecycle_of(world.shapes_of(200), "two-hundred")
    world.populate(few, N)
    world.enroll(many)
    world.remember()
    bench.compare("evaluate_200_rules", N, ours=ours(many), floor=ours(few), before=world.restore, check=same, most=2.0)


def million(bench: Bench) -> None:
    """The price of a customer at a million against that at 100,000 (medians of one run; the two worlds do not fit beside each other)."""
    if not bench.wants("evaluate_1m") and not bench.wants("evaluate_incremental"):
        return
    clean()
    lifecycle = world.lifecycle_of(world.SHAPES, "bench")
    if bench.wants("evaluate_1m"):
        world.populate(lifecycle, N)
        small = bench.median_of(ours(lifecycle), before=world.restore)
    world.populate(lifecycle, MILLION)
    if bench.wants("evaluate_1m"):
        large = bench.median_of(ours(lifecycle), before=world.restore)
        bench.keep("evaluate_1m", MILLION, large, small * MILLION / N, large / (small * MILLION / N), most=1.3)
    incremental(bench, lifecycle)


def one(bench: Bench, lifecycle: Lifecycle) -> None:
    """From a stored event to its applied transition: the median of customers that move, one after the other."""
    if not bench.wants("evaluate_one"):
        return
    tags, rules = ids_of(lifecycle)
    world.restore()
    world.run(
        f"UPDATE lifecycle_customerfacts SET modules_completed = 2, assessment_score_sum = 250, curriculum_completion = 0 "
        f"WHERE customer_id IN (SELECT customer_id FROM lifecycle_customerstatus WHERE tag_id = {tags['ST_001']}) "
        "AND customer_id IN (SELECT customer_id FROM lifecycle_collectedmetrics WHERE engagement_score >= 40)"
    )
    movers = list(
        CustomerStatus.objects.filter(tag=tags["ST_001"], collected__engagement_score__gte=40)
        .order_by("customer_id")
        .values_list("customer_id", flat=True)[: 2 * ONES]
    )
    world.run(
        "INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id) "
        f"SELECT lifecycle_id, customer_id FROM lifecycle_customerstatus WHERE lifecycle_id = {lifecycle.id}"
    )
    hand = floor.Prepared(hand_connection(), lifecycle.id, tags, rules)

    def by_us(customer: int) -> int:
        return evaluate_customers(lifecycle=lifecycle, customers=[customer], now=world.AS_OF).moved

    bench.compare_each(
        "evaluate_one", list(zip(movers[::2], movers[1::2], strict=True)), ours=by_us, floor=hand.evaluate, most=4.0
    )


def workers(bench: Bench, lifecycle: Lifecycle) -> None:
    """One worker process against two on the same ranges; the ratio says how many times as fast two are."""
    if not bench.wants("evaluate_two_workers"):
        return
    with crew(2) as processes, override_settings(EVALUATION_CHUNK_SIZE=10_000):

        def work(count: int) -> int:
            evaluation = plan_everybody(lifecycle=lifecycle, as_of=world.AS_OF, now=timezone.now())
            for process in processes[:count]:
                print(evaluation.id, file=process.stdin, flush=True)
            for process in processes[:count]:
                wait_for(process)
            return Evaluation.objects.get(id=evaluation.id).moved

        bench.compare(
            "evaluate_two_workers", N, ours=lambda: work(1), floor=lambda: work(2), before=world.restore, check=same, least=1.3
        )  # fmt: skip


@contextmanager
def crew(count: int, module: str = "tests.bench.worker") -> Iterator[list[subprocess.Popen[str]]]:
    """Worker processes that are warm and wait for a line, such as the id of an evaluation."""
    command = [sys.executable, "-m", module]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen(command, text=True, env=os.environ, **pipes) for _ in range(count)]  # type: ignore[call-overload]
    try:
        for process in processes:
            wait_for(process)
        yield processes
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def wait_for(process: subprocess.Popen[str]) -> None:
    """Read the one line by which a worker says that it is ready, or done."""
    if process.stdout is None or not process.stdout.readline():
        raise RuntimeError("a worker of the benchmark died")
