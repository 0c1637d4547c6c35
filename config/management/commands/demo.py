"""`manage.py demo`: real purchases and real learners, moved through their lifecycles day by day, and served."""

import io
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config import servers
from config.learners import import_learners
from config.management.commands.serve import lead_to, require_free
from config.programmes import start
from config.schedule import CHANGED_HEALTH, COLLECT, DAILY, HEALTH, ROUTINE
from config.secret import write_private
from config.success import fill
from lifecycle import queries
from lifecycle.models import Customer
from lifecycle.queries.lists import UNTAGGED

PURCHASES = settings.BASE_DIR / "lifecycle/data/cdnow/purchases.csv"
HISTORY = ("1997-01-01", "1998-06-30")
COURSE = ("2013-04-01", "2014-05-25")  # six weeks before its end
ASKING_FROM = "2014-02-01"
SNAPSHOTS = 60  # days before today, for the trends of the dashboards


class Command(BaseCommand):
    help = "Loads what is shipped, replays real purchases and a real course day by day, and serves what came of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop when everything is loaded")
        parser.add_argument("--port", type=int, default=settings.TENURE_PORT)

    def handle(self, *, no_serve: bool, port: int, **options: Any) -> None:
        if not no_serve:
            require_free(port)  # before anything is started
        lead_to(port)
        started = []
        try:
            with self.step("Servers"):
                started = servers.start(tied=True)
            with self.step("Tables"):
                call_command("migrate", verbosity=0, interactive=False)
            with self.step("Shipped lifecycles and rules"):
                call_command("load_defaults", stdout=io.StringIO())
            for result in self.replayed():
                self.show(result)
            self.show_what_waits()
            self.stdout.write(
                "\nPurchases and lessons keep their dates, so the periodic tasks are off: today all of these customers "
                "would have churned.\nSwitch them on in the admin under Periodic tasks."
            )
            self.stdout.write(
                "\nLog in as demo, who sees everything, as lead of a team, or as manager-01 to manager-11, who see "
                f"their customers; the password is {let_in()}"
            )
            if not no_serve:
                call_command("serve", port=port)
        finally:
            servers.stop(started)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.stdout.write(f"{name:<32}", ending="")
        self.stdout.flush()
        began = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - began:6.1f} s")

    def replayed(self) -> list[dict[str, Any]]:
        """What the replays said, which is remembered. An interrupted one is simply done again."""
        marker = settings.TENURE_HOME / "demo.json"
        if (known := remembered(marker)) is not None:
            self.stdout.write("Purchases, lessons and their history  already there")
            return known
        stop_schedule()
        with self.step("Purchases of 2,357 customers"):
            call_command("import_orders", str(PURCHASES), stdout=io.StringIO())
        with self.step("Eighteen months, day by day"):
            commerce = replay("commerce", *HISTORY)
        with self.step("Lessons of 383 learners"):
            import_learners(timezone.now())
        with self.step("Their course, day by day"):
            replay("learning", COURSE[0], ASKING_FROM)
            learning = replay("learning", *COURSE, "--ask")
        demo_password()  # so that somebody is there who sees everybody
        boss, now = get_user_model().objects.get(username="demo"), timezone.now()
        fill(self.step, boss, now)
        start(self.step, boss, now)
        with self.step(f"Key figures of the last {SNAPSHOTS} days, and what dashboards show first"):
            call_command("take_snapshots", days=SNAPSHOTS, stdout=io.StringIO())
        half = marker.with_suffix(".half")
        half.write_text(json.dumps({"database": database_identity(), "result": [commerce, learning]}, indent=1))
        half.rename(marker)
        return [commerce, learning]

    def show(self, result: dict[str, Any]) -> None:
        known = sum(count for state, count in result["states"].items() if state != UNTAGGED)
        self.stdout.write(
            f"\n{result['lifecycle'].capitalize()}: {known:,} customers, {result['from']} to {result['to']}\n"
        )
        for title, counts in {
            f"Customers per status tag at the end of {result['to']}": result["states"],
            "Transitions in this time": result["transitions"],
        }.items():
            self.stdout.write(f"\n  {title}")
            for name, count in sorted(counts.items(), key=lambda item: -item[1]):
                if name != UNTAGGED:
                    self.stdout.write(f"    {name.replace('>', ' → '):<26}{count:>8,}")

    def show_what_waits(self) -> None:
        waiting = Counter(queries.waiting_recommendations().values_list("from_tag__code", "rule__to_tag__code"))
        if waiting:
            self.stdout.write("\n  Waiting for a person's decision")
            for (start, end), count in waiting.most_common():
                self.stdout.write(f"    {f'{start or UNTAGGED} → {end}':<26}{count:>8,}")


def replay(lifecycle: str, first: str, last: str, *options: str) -> dict[str, Any]:
    answer = io.StringIO()
    call_command("replay", lifecycle, "--from", first, "--to", last, "--format", "json", *options, stdout=answer)
    result: dict[str, Any] = json.loads(answer.getvalue())
    return result


def stop_schedule() -> None:
    """Today everybody of 1998 would have churned; the periodic evaluations wait until somebody switches them on."""
    for task in PeriodicTask.objects.filter(name__in=[ROUTINE, COLLECT, DAILY, HEALTH, CHANGED_HEALTH], enabled=True):
        task.enabled = False
        task.save()


def remembered(marker: Path) -> list[dict[str, Any]] | None:
    """The result kept in `marker`, if it speaks of this very database and the customers are still in it."""
    if not marker.exists():
        return None
    kept = json.loads(marker.read_text())
    is_this_one = kept["database"] == database_identity() and Customer.objects.exists()
    return kept["result"] if is_this_one else None


def database_identity() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier || '/' || current_database() FROM pg_control_system()")
        return str(cursor.fetchone()[0])


def let_in() -> str:
    """The password with which everybody of the demo signs in; who has one of its own keeps that."""
    password = demo_password()
    get_user_model().objects.filter(password="", groups__name__startswith="Success").update(
        password=make_password(password)
    )
    return password


def demo_password() -> str:
    """The password of the user `demo`, made once and kept in a file that only its owner may read."""
    file = settings.TENURE_HOME / "demo-login.txt"
    user, is_new = get_user_model().objects.get_or_create(
        username="demo", defaults={"email": "demo@example.com", "is_staff": True, "is_superuser": True}
    )
    if is_new or not file.exists():
        password = secrets.token_urlsafe(9)
        user.set_password(password)
        user.save()
        write_private(file, f"{password}\n")
    return file.read_text().strip()
