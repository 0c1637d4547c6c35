#!/usr/bin/env python
"""Runs a management command, after starting the embedded servers if the command needs them."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

# These talk to no server, or see to the servers themselves.
WITHOUT_SERVERS = {
    "check", "collectstatic", "compilemessages", "demo", "diffsettings", "findstatic", "help", "makemessages",
    "makemigrations", "serve", "servers", "spectacular", "startapp", "version",
}  # fmt: skip


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if not (command.startswith("-") or command in WITHOUT_SERVERS or {"-h", "--help"} & set(arguments)):
        from config import servers  # noqa: PLC0415  other commands need not wait for it

        servers.start()
    try:
        execute_from_command_line(arguments)
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OperationalError as error:
        if "--traceback" in arguments:
            raise
        sys.exit(f"PostgreSQL could not do it: {str(error).strip()}")


if __name__ == "__main__":
    main(sys.argv)
