"""What Django and Celery are told about the servers."""

from pathlib import Path

from config.databases import broker_url, cache_url, database

HOME = Path("/srv/tenure/var")


def test_uses_the_socket_of_the_embedded_servers_when_no_address_is_given():
    told = database("", home=HOME, pool_size=0)

    assert told["HOST"] == "/srv/tenure/var/servers/sockets"
    assert cache_url("", home=HOME) == "unix:///srv/tenure/var/servers/sockets/valkey.sock"
    assert broker_url("", home=HOME) == "redis+socket:///srv/tenure/var/servers/sockets/valkey.sock"


def test_reads_every_part_of_an_address():
    told = database("postgres://ann:p%40ss@db.example.com:6432/crm?sslmode=require", home=HOME, pool_size=0)

    assert (told["USER"], told["PASSWORD"], told["HOST"], told["PORT"], told["NAME"]) == (
        "ann", "p@ss", "db.example.com", 6432, "crm",
    )  # fmt: skip
    assert told["OPTIONS"] == {"sslmode": "require"}


def test_checks_a_kept_connection_before_use():
    told = database("", home=HOME, pool_size=0)

    assert told["CONN_HEALTH_CHECKS"]
    assert told["CONN_MAX_AGE"] == 600


def test_a_pool_keeps_the_connections_itself():
    told = database("postgres://db.example.com/crm?sslmode=require", home=HOME, pool_size=8)

    assert told["OPTIONS"] == {"sslmode": "require", "pool": {"min_size": 1, "max_size": 8}}
    assert told["CONN_MAX_AGE"] == 0


def test_spells_a_socket_of_redis_as_celery_wants_it():
    assert broker_url("unix:///run/redis.sock?db=3", home=HOME) == "redis+socket:///run/redis.sock?virtual_host=3"
    assert broker_url("rediss://cache.example.com/0", home=HOME) == "rediss://cache.example.com/0"


def test_gives_a_long_home_a_short_way_to_its_sockets():
    long = Path("/srv") / ("a" * 100)

    told = database("", home=long, pool_size=0)

    assert told["HOST"].startswith("/tmp/tenure-")
    assert told["HOST"] != database("", home=long / "b", pool_size=0)["HOST"]
