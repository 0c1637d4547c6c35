"""``make bench``: all cases, or those whose name contains ``--only``; writes bench.json."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="a part of the names of the cases to run")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json")
    wanted = parser.parse_args()

    # Servers of its own, with their promises kept: a floor without fsync would prove nothing.
    os.environ["TENURE_HOME"] = str(Path(os.environ.get("TENURE_HOME") or ROOT / "var") / "bench")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from django.core.management import call_command

    from config import servers
    from tests.bench import (
        collecting,
        dashboards,
        enrolling,
        evaluating,
        health,
        ingesting,
        messages,
        pages,
        peers,
        portfolios,
        replaying,
        stepping,
        workshop,
    )
    from tests.bench.harness import Bench

    home = Path(os.environ["TENURE_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    in_use = (home / "in-use").open("w")
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another run measures in {home} already; two at once would measure each other.", file=sys.stderr)
        return 2
    started = servers.start(tied=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        quiet()
        bench = Bench(wanted.only)
        bench.heading()
        for module in (
            evaluating,
            collecting,
            dashboards,
            enrolling,
            health,
            ingesting,
            messages,
            pages,
            portfolios,
            peers,
            replaying,
            stepping,
            workshop,
        ):
            module.run_cases(bench)
        bench.write(wanted.out)
        return 0 if all(case.is_met for case in bench.cases) else 1
    finally:
        servers.stop(started)


def quiet() -> None:
    """Each case vacuums what it measures; the autovacuum would come in the middle of one side."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET autovacuum = off")
        cursor.execute("SELECT pg_reload_conf()")


if __name__ == "__main__":
    sys.exit(main())
