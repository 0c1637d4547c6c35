"""The servers that run from wheels when no DATABASE_URL or REDIS_URL names others: a real PostgreSQL and a real Valkey.

They speak through sockets in a folder that only one user may enter, never through the network.
"""

from django.conf import settings

from config.servers import place, postgres, process, valkey
from config.servers.process import Server


def embedded() -> list[Server]:
    """Those that the settings leave to us."""
    wanted = {postgres: settings.EMBEDDED_POSTGRES, valkey: settings.EMBEDDED_VALKEY}
    return [module.server(settings.TENURE_HOME) for module, is_ours in wanted.items() if is_ours]


def start(*, tied: bool = False) -> list[Server]:
    """Starts what is down and returns that; any number of processes may call it at once. `tied`: it dies with us."""
    down = [server for server in embedded() if not server.answers()]
    if not down:
        return []
    with place.lock(settings.TENURE_HOME):
        place.prepare(settings.TENURE_HOME)
        return [server for server in down if process.start(server, tied=tied)]


def stop(servers: list[Server] | None = None) -> list[Server]:
    """Stops those of the `servers` (all when none are given) that run and returns them."""
    if not settings.TENURE_HOME.exists():
        return []
    with place.lock(settings.TENURE_HOME):
        return [server for server in (embedded() if servers is None else servers) if process.stop(server)]
