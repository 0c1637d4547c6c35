"""The readers of environment variables, and what a bad value looks like to whoever starts the product."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from config import env
from config.mail import mail_backend


@pytest.fixture
def given(monkeypatch):
    """Sets the variable SETTING for one test, which leaves no trace among the names that were asked for."""
    monkeypatch.setattr(env, "names", set())
    return lambda value: monkeypatch.setenv("SETTING", value)


def test_unset_and_empty_mean_the_default(given):
    assert env.integer("SETTING", 7) == 7

    given("  ")

    assert env.integer("SETTING", 7) == 7
    assert env.items("SETTING", ["a"]) == ["a"]


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("YES", True), ("1", True), ("off", False), ("No", False), ("0", False)]
)
def test_reads_a_boolean_in_many_spellings(given, value, expected):
    given(value)

    assert env.boolean("SETTING", default=not expected) is expected


def test_reads_a_choice_in_any_case(given):
    given("warning")

    assert env.choice("SETTING", "INFO", ["INFO", "WARNING"]) == "WARNING"


def test_reads_a_list_and_drops_blanks(given):
    given("a.example, b.example,,")

    assert env.items("SETTING", []) == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("read", "value", "right"),
    [
        (lambda: env.integer("SETTING", 1, least=1, most=9), "10", "a whole number from 1 to 9"),
        (lambda: env.integer("SETTING", 1), "a few", "a whole number from 0 to"),
        (lambda: env.boolean("SETTING", default=False), "maybe", "true or false"),
        (lambda: env.choice("SETTING", "a", ["a", "b"]), "c", "one of a, b"),
        (lambda: env.origins("SETTING"), "example.com", "addresses such as https://"),
        (lambda: env.rate("SETTING", "1/day"), "10 per day", "a rate such as 600/minute"),
        (lambda: env.currency("SETTING", "USD"), "dollars", "a currency of ISO 4217 such as USD"),
        (lambda: env.url("SETTING", {"redis"}, "redis://host"), "http://host", "an address such as redis://host"),
        (lambda: env.url("SETTING", {"redis"}, "redis://host"), "redis://host:port", "an address such as"),
        (lambda: env.folder("SETTING", Path()), "/etc/passwd", "a folder"),
    ],
)
def test_refuses_a_bad_value_and_says_what_would_be_right(given, read, value, right):
    given(value)

    with pytest.raises(SystemExit) as refused:
        read()

    assert f"The environment variable SETTING is {value!r}, but it must be {right}" in str(refused.value)


@pytest.mark.parametrize("value", ["{", "[]", "swordfish", '"swordfish"'])
def test_refuses_what_is_no_json_object_and_does_not_repeat_it(given, value):
    given(value)

    with pytest.raises(SystemExit, match="a JSON object") as refused:
        env.json_object("SETTING")

    assert "swordfish" not in str(refused.value)


@pytest.mark.parametrize("value", ["swordfish", "whsec_c3dvcmRmaXNo", "whsec_" + "!" * 40])
def test_refuses_a_weak_or_broken_secret_of_webhooks_and_does_not_repeat_it(given, value):
    given(f"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,{value}")

    with pytest.raises(SystemExit, match="24 random bytes") as refused:
        env.webhook_secrets("SETTING")

    assert value not in str(refused.value)


def test_reads_objects_and_secrets(given):
    given('{"A": "b"}')
    assert env.json_object("SETTING") == {"A": "b"}

    secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"whsec_{'YWFh' * 10}YWE="]
    given(", ".join(secrets))
    assert env.webhook_secrets("SETTING") == secrets


@pytest.mark.parametrize(
    ("provider", "host", "module"),
    [("", "", "mailbox"), ("", "mail.example.com", "smtp"), ("mailbox", "mail.example.com", "mailbox"),
     ("postmark", "", "postmark")],
)  # fmt: skip
def test_letters_leave_by_the_provider_then_by_the_server_then_into_files(provider, host, module):
    backend = import_string(mail_backend(provider, host))

    assert backend.__module__.rpartition(".")[2] == module


def test_repeats_no_password_in_the_sentence(given):
    given("http://tenure:swordfish@host/db")

    with pytest.raises(SystemExit) as refused:
        env.url("SETTING", {"redis"}, "redis://host")

    assert "swordfish" not in str(refused.value)
    assert "tenure:***@host" in str(refused.value)


def test_repeats_no_secret_that_is_too_short(given):
    given("swordfish")

    with pytest.raises(SystemExit, match="9 characters") as refused:
        env.secret("SETTING", at_least=32)

    assert "swordfish" not in str(refused.value)


def started_with(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables}
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False
    )


BIN = Path(sys.executable).parent
ENTRIES: dict[str, list[str]] = {
    "manage.py": [sys.executable, "manage.py", "migrate"],
    "celery": [str(BIN / "celery"), "--app=config", "worker"],
    "beat": [str(BIN / "celery"), "--app=config", "beat"],
    "gunicorn": [str(BIN / "gunicorn"), "--bind=127.0.0.1:0", "config.wsgi"],
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_stops_the_start_of_every_program_with_one_sentence(entry):
    ended = started_with(ENTRIES[entry], TENURE_PORT="eighty")

    assert (
        ended.stderr
        == "The environment variable TENURE_PORT is 'eighty', but it must be a whole number from 1 to 65535.\n"
    )
    assert ended.returncode == 1


def test_demands_a_secret_key_in_production():
    ended = started_with(ENTRIES["manage.py"], DATABASE_URL="postgres://db.example.com/tenure", SECRET_KEY="")

    assert ended.stderr.startswith("The environment variable SECRET_KEY is missing: with DATABASE_URL set")
    assert ended.stderr.count("\n") == 1
    assert ended.returncode == 1


def test_example_file_lists_exactly_the_settings_that_are_read():
    example = (settings.BASE_DIR / ".env.example").read_text()

    listed = re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE)

    assert sorted(listed) == sorted(env.names)


def test_example_file_as_it_stands_is_accepted():
    example = (settings.BASE_DIR / ".env.example").read_text()
    variables = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, flags=re.MULTILINE))

    ended = started_with(
        [sys.executable, "-c", "import config.settings"], **{**variables, "TENURE_HOME": os.environ["TENURE_HOME"]}
    )

    assert (ended.stderr, ended.returncode) == ("", 0)
