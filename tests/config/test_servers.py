"""The embedded servers after everything that can happen to them."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from config.servers import place, postgres, process, valkey


def test_starts_once_and_is_then_left_alone(server, start):
    assert start(server) is True
    first = process.processes(server)[0]

    assert start(server) is False
    assert process.processes(server)[0] == first


def test_stops_in_order_and_stays_down(server, start):
    start(server)

    assert process.stop(server) is True

    assert not server.answers()
    assert process.processes(server) == []
    assert process.stop(server) is False


def test_returns_at_once_after_kill_9(server, start):
    start(server)
    killed = process.processes(server)[0]

    os.kill(killed, signal.SIGKILL)
    start(server)

    assert server.answers()
    assert process.processes(server)[0] != killed


def test_keeps_what_was_written_before_kill_9(home, start):
    database, queue = postgres.server(home), valkey.server(home)
    start(database)
    start(queue)
    folder = place.socket_folder(home)
    with psycopg.connect(host=folder, user="postgres", autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis(unix_socket_path=f"{folder}/valkey.sock") as client:
        client.set("kept", "42")
        client.execute_command("WAITAOF", 1, 0, 5000)

    process.send(process.processes(database) + process.processes(queue), signal.SIGKILL)
    start(database)
    start(queue)

    with psycopg.connect(host=folder, user="postgres") as connection:
        assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
    with redis.Redis(unix_socket_path=f"{folder}/valkey.sock") as client:
        assert client.get("kept") == b"42"


def test_outlives_a_busy_orphan_of_a_killed_postgres(home, start):
    server = postgres.server(home)
    start(server)
    connection = psycopg.connect(host=place.socket_folder(home), user="postgres")
    connection.execute("SET client_connection_check_interval = 0")
    with ThreadPoolExecutor() as pool:
        busy = pool.submit(connection.execute, "SELECT count(*) FROM generate_series(1, 1000000000000)")
        time.sleep(0.3)

        os.kill(process.processes(server)[0], signal.SIGKILL)
        start(server)

        assert server.answers()
        assert isinstance(busy.exception(timeout=10), psycopg.OperationalError)


@pytest.mark.parametrize(
    "left_behind",
    ["", "12", f"{os.getpid()}\n/elsewhere\n", "no number\n"],
    ids=["empty", "a number", "a process of another", "no number"],
)
def test_believes_no_process_file_that_was_left_behind(home, start, left_behind):
    server = postgres.server(home)
    start(server)
    process.stop(server)

    (server.folder / "postmaster.pid").write_text(left_behind)
    start(server)

    assert server.answers()


def test_makes_an_interrupted_cluster_anew(home, start):
    place.prepare(home)
    half = place.make_inside(place.folder(home), "postgres.half")
    (half / "PG_VERSION").write_text("18\n")

    start(postgres.server(home))

    assert not half.exists()


def test_says_why_a_server_does_not_start(home):
    place.prepare(home)

    with pytest.raises(SystemExit, match=r'(?s)PostgreSQL does not start.*"no_such_setting"'):
        process.start(postgres.server(home, {"no_such_setting": "1"}), tied=True, patience=5)


START = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from config.servers import place, postgres, process
    home = Path(sys.argv[1])
    with place.lock(home):
        place.prepare(home)
        print(process.start(postgres.server(home), tied=sys.argv[2] == "tied"), flush=True)
    sys.stdin.read()
    """
)


def starter(home: Path, how: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", START, str(home), how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_several_processes_at_once_start_one_server(home):
    starters = [starter(home, "free") for _ in range(4)]

    said = [each.communicate(timeout=60)[0].strip() for each in starters]

    assert sorted(said) == ["False", "False", "False", "True"]
    assert sum(process.is_main(postgres.server(home), pid) for pid in process.processes(postgres.server(home))) == 1


def test_a_tied_server_ends_when_its_starter_is_killed(home):
    server = postgres.server(home)
    holder = starter(home, "tied")
    assert holder.stdout is not None
    holder.stdout.readline()
    assert server.answers()

    holder.kill()
    holder.communicate()

    wait_until(lambda: process.processes(server) == [])
    assert "database system is shut down" in server.log.read_text()


def wait_until(holds, seconds=10):
    give_up_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
