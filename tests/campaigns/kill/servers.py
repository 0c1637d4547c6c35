"""PostgreSQL and Valkey of the kill bench, which may be killed without harm to other tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from django.conf import settings

from config.servers import place, postgres, process, valkey

# An immediate restart loses nothing that was committed; commits of several transactions can be put in order.
POSTGRES = {"fsync": "off", "full_page_writes": "off", "track_commit_timestamp": "on", "shared_buffers": "128MB"}
MODEL = "model_of_worlds"
DUE_NOW = "UPDATE campaigns_steprun SET due_at = due_at + (now() - (SELECT min(due_at) FROM campaigns_steprun))"


class Servers:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres, self.valkey = postgres.server(home, POSTGRES), valkey.server(home)
        self.numbers, self.worlds = count(1), {}

    def start(self) -> None:
        with place.lock(self.home):
            place.prepare(self.home)
            process.start(self.postgres, tied=True)
            process.start(self.valkey, tied=True)

    def stop(self) -> None:
        for server in (self.postgres, self.valkey):
            end(server, signal.SIGKILL)

    def migrate(self) -> None:
        """Once; each world begins with a copy."""
        self.create(MODEL)
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=settings.BASE_DIR, check=True,
                       env=self.environment(MODEL))  # fmt: skip

    def new_database(self, steps: int, seconds: float) -> str:
        """A copy of such a world, whose first step is due now."""
        if (steps, seconds) not in self.worlds:
            self.worlds[steps, seconds] = self.new_world(steps, seconds)
        name = f"case_{next(self.numbers)}"
        self.create(name, model=self.worlds[steps, seconds])
        with self.connect(name) as connection:
            connection.execute(DUE_NOW)
        return name

    def new_world(self, steps: int, seconds: float) -> str:
        name = f"world_{next(self.numbers)}"
        self.create(name, model=MODEL)
        build = [sys.executable, "-m", "tests.campaigns.kill.world", "build", str(steps), str(seconds)]
        subprocess.run(build, cwd=settings.BASE_DIR, check=True, env=self.environment(name))
        return name

    def create(self, database: str, *, model: str = "template1") -> None:
        with self.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {model}")

    def connect(self, database: str) -> psycopg.Connection:
        socket = place.socket_folder(self.home)
        return psycopg.connect(host=socket, user="postgres", dbname=database, autocommit=True, connect_timeout=5)

    def environment(self, database: str) -> dict[str, str]:
        socket = place.socket_folder(self.home)
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.campaigns.kill.settings",
            "TENURE_HOME": str(self.home),
            "DATABASE_URL": f"postgres://postgres@{quote(socket, safe='')}/{database}",
            "REDIS_URL": f"unix://{socket}/valkey.sock",
            "REDIS_PREFIX": database,
            "LOG_LEVEL": "WARNING",
        }

    def restart_postgres(self) -> None:
        """Immediately: all that is open is rolled back, and all connections are lost."""
        end(self.postgres, signal.SIGQUIT)
        self.start()

    def kill_broker(self) -> None:
        end(self.valkey, signal.SIGKILL)
        time.sleep(1)
        self.start()

    def flush_broker(self) -> None:
        with redis.Redis(unix_socket_path=f"{place.socket_folder(self.home)}/valkey.sock") as client:
            client.flushall()


def end(server: process.Server, how: signal.Signals) -> None:
    process.send(process.processes(server)[:1], how)
    while left := process.processes(server):
        if how == signal.SIGKILL:
            process.send(left, how)
        time.sleep(0.02)
