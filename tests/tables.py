"""The tables of the tests, kept in their home as a database to copy: to migrate takes longer than most runs.

What the migrations wrote into them stands in the schema ``given``, too, so that a test which commits can be followed by
others: only what was written is taken back. Django would empty all tables, and make permissions and types anew.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from config.servers import place
from tests.settings import ROOT

PREFIX = "migrated_"
SAYS_WHAT_THEY_ARE = ("migrations", "models", "sql")
OURS = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""
REMEMBER = f"""
DO $$
DECLARE name text; is_written boolean;
BEGIN
    CREATE SCHEMA given;
    FOR name IN {OURS} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_written;
        IF is_written THEN EXECUTE format('CREATE TABLE given.%I AS TABLE %I', name, name); END IF;
    END LOOP;
END $$
"""
TAKE_BACK = f"""
DO $$
DECLARE name text; is_other boolean; others text[] = '{{}}';
BEGIN
    FOR name IN {OURS} LOOP
        IF to_regclass(format('given.%I', name)) IS NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_other;
        ELSE
            EXECUTE format('SELECT EXISTS (
                (TABLE %1$I EXCEPT ALL TABLE given.%1$I) UNION ALL (TABLE given.%1$I EXCEPT ALL TABLE %1$I)
            )', name) INTO is_other;
        END IF;
        IF is_other THEN others = others || format('%I', name); END IF;
    END LOOP;
    IF others <> '{{}}' THEN
        EXECUTE format('TRUNCATE %s CASCADE', array_to_string(others, ', '));
        FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'given'::regnamespace AND relkind = 'r' LOOP
            EXECUTE format('INSERT INTO %1$I TABLE given.%1$I ON CONFLICT DO NOTHING', name);
        END LOOP;
    END IF;
END $$
"""


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


def remember() -> None:
    """What the migrations wrote, once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('given') IS NULL")
        if cursor.fetchone() == (True,):
            cursor.execute(REMEMBER)


def take_back() -> None:
    """All that was committed since then."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK)


def connect(home: Path) -> psycopg.Connection:
    return psycopg.connect(host=place.socket_folder(home), user="postgres", dbname="postgres", autocommit=True)
