"""From an address, or none, to what Django and Celery want to know about PostgreSQL and Redis."""

from pathlib import Path
from typing import Any

import dj_database_url

from config.servers import place


def database(url: str, *, home: Path, pool_size: int) -> dict[str, Any]:
    """Django's settings for the one database; with a `pool_size`, the threads of a process share connections."""
    settings: dict[str, Any] = (
        dict(dj_database_url.parse(url))
        if url
        else {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": place.socket_folder(home),
            "USER": "postgres",
            "NAME": "postgres",
        }
    )
    settings["CONN_HEALTH_CHECKS"] = True  # after a restart of PostgreSQL, no request meets a dead connection
    settings["CONN_MAX_AGE"] = 0 if pool_size else 600
    if pool_size:
        settings.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": pool_size}
    return settings


def cache_url(url: str, *, home: Path) -> str:
    return url or f"unix://{place.socket_folder(home)}/valkey.sock"


def broker_url(url: str, *, home: Path) -> str:
    """Celery's spelling: a socket's scheme is `redis+socket`, and its database is called `virtual_host`."""
    address = cache_url(url, home=home)
    if address.startswith("unix://"):
        return address.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=")
    return address
