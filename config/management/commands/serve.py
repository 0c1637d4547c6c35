"""`manage.py serve`: web, workers and beat until Ctrl-C, which stops everything that was started."""

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import servers, supervisor
from config.servers import process

HOST = "127.0.0.1"


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Gunicorn does: a port just left is free
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            sentence = f"Port {port} cannot be used: {error}. Choose another by --port or TENURE_PORT."
            raise CommandError(sentence) from None


def lead_to(port: int) -> None:
    """Links in mails lead to the port that is served, of this process and of those that it starts."""
    if f"http://localhost:{settings.TENURE_PORT}" == settings.PUBLIC_URL:
        settings.PUBLIC_URL = f"http://localhost:{port}"
    os.environ["TENURE_PORT"] = str(port)


def require_tables() -> None:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        raise CommandError("The database lacks tables of this version; run `manage.py migrate` first.") from None


def lost_server() -> str | None:
    """A sentence about an embedded server that is no longer there."""
    lost = [server.name for server in servers.embedded() if not process.processes(server)]
    return f"{' and '.join(lost)} stopped" if lost else None


def programs(port: int) -> dict[str, list[str]]:
    beside = Path(sys.executable).parent
    celery = [str(beside / "celery"), "--app=config", "--quiet"]
    return {
        "web": [str(beside / "gunicorn"), f"--bind={HOST}:{port}", "config.wsgi"],
        "worker": [*celery, "worker", "--loglevel=INFO"],
        # Every second has its tick for campaigns: of that only what goes wrong is worth a line.
        "campaigns": [*celery, "worker", "--loglevel=WARNING", "--queues=campaigns", "--hostname=campaigns@%h"],
        "beat": [*celery, "beat", "--loglevel=WARNING", "--pidfile="],
    }


class Command(BaseCommand):
    help = "Serves the admin and the API on this machine, with workers and beat, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.TENURE_PORT)

    def handle(self, *, port: int, **options: Any) -> None:
        require_free(port)
        lead_to(port)
        started = servers.start(tied=True)
        try:
            require_tables()
            call_command("collectstatic", interactive=False, verbosity=0)
            code = supervisor.run(
                programs(port), write=self.say, on_start=lambda: self.announce(port), lost=lost_server
            )
        finally:
            servers.stop(started)
        self.say("Stopped.")
        if code:
            raise SystemExit(code)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def announce(self, port: int) -> None:
        """Says where it is as soon as it answers, without holding up the supervisor."""

        def wait() -> None:
            address = f"http://{HOST}:{port}"
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}/health/live", timeout=1).close()  # noqa: S310  our own http
                except OSError:
                    time.sleep(0.2)
                else:
                    self.say(f"Tenure serves {address}/admin/ and {address}/api/docs until Ctrl-C.")
                    return

        threading.Thread(target=wait, daemon=True).start()
