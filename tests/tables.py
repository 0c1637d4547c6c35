"""The tables of the tests, kept in their home as a database to copy: to migrate takes longer than most runs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from config.servers import place
from tests.settings import ROOT

PREFIX = "migrated_"
SAYS_WHAT_THEY_ARE = ("migrations", "models", "sql")


def name() -> str:
    """Another one when a migration, or what migrations read, is another."""
    files = [ROOT / "requirements/dev.lock"]
    for folder in SAYS_WHAT_THEY_ARE:
        files += sorted(path for path in ROOT.glob(f"*/{folder}/**/*") if path.suffix in {".py", ".sql"})
    return PREFIX + sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def kept(home: Path) -> set[str]:
    with connect(home) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return {database for (database,) in found}


def keep(home: Path, database: str) -> None:
    """Copy a database that was just migrated, to which nobody is connected, in place of earlier ones."""
    earlier = kept(home)
    if name() in earlier:
        return
    with connect(home) as connection:
        for one in earlier:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(one)))
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name()), sql.Identifier(database)))


def connect(home: Path) -> psycopg.Connection:
    return psycopg.connect(host=place.socket_folder(home), user="postgres", dbname="postgres", autocommit=True)
