"""`manage.py servers start|stop|status`: the embedded PostgreSQL and Valkey."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import servers
from config.servers import process


class Command(BaseCommand):
    help = "Starts, stops or shows the embedded PostgreSQL and Valkey. `status` leaves with 1 when one of them is down."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *, action: str, **options: Any) -> None:
        for name, is_embedded in {
            "DATABASE_URL": settings.EMBEDDED_POSTGRES,
            "REDIS_URL": settings.EMBEDDED_VALKEY,
        }.items():
            if not is_embedded:
                self.stdout.write(f"{name} names a server of your own, which is left alone.")
        if action == "start":
            servers.start()
        elif action == "stop":
            servers.stop()
        down = 0
        for server in servers.embedded():
            pids = process.processes(server)
            down += not pids
            state = f"runs as process {pids[0]}, data in {server.folder}" if pids else "is down"
            self.stdout.write(f"{server.name} {state}.")
        if action == "status" and down:
            raise SystemExit(1)
