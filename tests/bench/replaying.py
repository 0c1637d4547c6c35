"""The shipped sample, imported once and replayed whole."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from django.utils import timezone

from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.orders import import_orders
from lifecycle.engine.replay import replay
from lifecycle.models import Lifecycle

from . import world
from .evaluating import clean
from .harness import Bench

PURCHASES = Path(__file__).resolve().parent.parent.parent / "lifecycle/data/cdnow/purchases.csv"
FIRST, LAST = date(1997, 1, 1), date(1998, 6, 30)
SECONDS = 20


def run_cases(bench: Bench) -> None:
    """Eighteen months day by day; the floor is the limit that was set, in seconds."""
    if not bench.wants("replay_cdnow"):
        return
    clean()
    load_defaults(now=timezone.now(), only="commerce")
    with PURCHASES.open("rb") as file:
        import_orders(file=file, columns={}, now=timezone.now())
    lifecycle = Lifecycle.objects.get(code="commerce")
    world.remember()

    def whole() -> None:
        began = time.perf_counter()
        replay(lifecycle=lifecycle, first=FIRST, last=LAST, now=timezone.now())
        seconds.append(time.perf_counter() - began)

    seconds: list[float] = []
    took = bench.median_of(whole, before=world.restore)
    bench.keep("replay_cdnow", 2_357, took, SECONDS, took / SECONDS, most=1.0)
