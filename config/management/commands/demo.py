"""`manage.py demo`: real purchases of 2,357 customers, moved through the commerce lifecycle day by day, and served."""

import io
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django_celery_beat.models import PeriodicTask

from config import servers
from config.management.commands.serve import require_free
from config.schedule import DAILY, ROUTINE
from config.secret import write_private
from lifecycle.models import Customer

PURCHASES = settings.BASE_DIR / "lifecycle/data/cdnow/purchases.csv"
HISTORY = {"start": "1997-01-01", "end": "1998-06-30"}


class Command(BaseCommand):
    help = "Loads what is shipped, replays eighteen months of real purchases, prints what came of it, and serves it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop when everything is loaded")
        parser.add_argument("--port", type=int, default=settings.TENURE_PORT)

    def handle(self, *, no_serve: bool, port: int, **options: Any) -> None:
        if not no_serve:
            require_free(port)  # before anything is started
        started = []
        try:
            with self.step("Servers"):
                started = servers.start(tied=True)
            with self.step("Tables"):
                call_command("migrate", verbosity=0, interactive=False)
            with self.step("Shipped lifecycles and rules"):
                call_command("load_defaults", stdout=io.StringIO())
            self.show(self.replayed())
            self.stdout.write(
                "\nThe purchases keep their dates, so the periodic evaluations are off: today all of these customers "
                "would have churned.\nSwitch them on in the admin under Periodic tasks."
            )
            self.stdout.write(f"\nLog in as demo with the password {demo_password()}")
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

    def replayed(self) -> dict[str, Any]:
        """What the replay said, which is remembered. An interrupted one is simply done again."""
        marker = settings.TENURE_HOME / "demo.json"
        if (known := remembered(marker)) is not None:
            self.stdout.write("Purchases and their history      already there")
            return known
        stop_schedule()
        with self.step("Purchases of 2,357 customers"):
            call_command("import_orders", str(PURCHASES), stdout=io.StringIO())
        with self.step("Eighteen months, day by day"):
            answer = io.StringIO()
            call_command(
                "replay",
                "commerce",
                "--from",
                HISTORY["start"],
                "--to",
                HISTORY["end"],
                "--format",
                "json",
                stdout=answer,
            )
        result: dict[str, Any] = json.loads(answer.getvalue())
        half = marker.with_suffix(".half")
        half.write_text(json.dumps({"database": database_identity(), "result": result}, indent=1))
        half.rename(marker)
        return result

    def show(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"\n{result['customers']:,} customers, {HISTORY['start']} to {HISTORY['end']}\n")
        for title, counts in {
            f"Customers per status tag at the end of {HISTORY['end']}": result["states"],
            "Transitions in these eighteen months": result["transitions"],
        }.items():
            self.stdout.write(f"\n  {title}")
            for name, count in sorted(counts.items(), key=lambda item: -item[1]):
                self.stdout.write(f"    {name.replace('>', ' → '):<26}{count:>8,}")


def stop_schedule() -> None:
    """Today everybody of 1998 would have churned; the periodic evaluations wait until somebody switches them on."""
    for task in PeriodicTask.objects.filter(name__in=[ROUTINE, DAILY], enabled=True):
        task.enabled = False
        task.save()


def remembered(marker: Path) -> dict[str, Any] | None:
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


def demo_password() -> str:
    """The password of the user `demo`, made once and kept in a file that only its owner may read."""
    file = settings.TENURE_HOME / "demo-login.txt"
    user, is_new = get_user_model().objects.get_or_create(
        username="demo", defaults={"is_staff": True, "is_superuser": True}
    )
    if is_new or not file.exists():
        password = secrets.token_urlsafe(9)
        user.set_password(password)
        user.save()
        write_private(file, f"{password}\n")
    return file.read_text().strip()
