"""Servers, browser and environment of the tests. A run that needs none of them starts none."""

import os
import shutil
from collections.abc import Generator, Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from config.servers import place, postgres, process, valkey
from tests import tables

REQUIRE_ALL = os.environ.get("REQUIRE_ALL", "") not in {"", "0"}
PATIENCE = 30_000  # milliseconds; only a broken page, or a machine that has much else to do, ever needs them
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Playwright runs an event loop in the main thread, where Django would refuse to query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

TransactionTestCase._fixture_teardown = lambda case: tables.take_back()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Starts PostgreSQL before the first test that asks for a database."""
    if settings.EMBEDDED_POSTGRES:
        with place.lock(settings.TENURE_HOME):
            place.prepare(settings.TENURE_HOME)
            process.start(postgres.server(settings.TENURE_HOME, postgres.CARELESS), tied=True)
        if tables.name() in tables.kept(settings.TENURE_HOME):
            connections["default"].settings_dict["TEST"]["TEMPLATE"] = tables.name()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Remembers what the migrations wrote, and keeps the tables for the next run."""
    with django_db_blocker.unblock():
        tables.remember()
        connections.close_all()
    if settings.EMBEDDED_POSTGRES:
        tables.keep(settings.TENURE_HOME, connections["default"].settings_dict["NAME"])


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Throttles, counts and answers stand in a cache that the tests of a process share."""
    cache.clear()


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of a module write after this one is there for all its tests, and gone after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def broker() -> str:
    """The address of a real broker: Valkey of our own, or the server that REDIS_URL names."""
    if settings.EMBEDDED_VALKEY:
        with place.lock(settings.TENURE_HOME):
            place.prepare(settings.TENURE_HOME)
            process.start(valkey.server(settings.TENURE_HOME), tied=True)
    return settings.REDIS_URL or f"unix://{place.socket_folder(settings.TENURE_HOME)}/valkey.sock"


@pytest.fixture
def child_environment(transactional_db: None, broker: str) -> dict[str, str]:
    """For real processes (a worker, a command) that shall work on the test's database and broker."""
    database = connections["default"].settings_dict
    login = ":".join(quote(part, safe="") for part in (database["USER"], database["PASSWORD"]) if part)
    port = f":{database['PORT']}" if database["PORT"] else ""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgres://{login}@{quote(database['HOST'], safe='')}{port}/{database['NAME']}",
        "REDIS_URL": broker,
    }


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not work for root, and it shall ask nobody for updates.
        as_root = [] if os.geteuid() else ["--no-sandbox"]
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
        chromium = playwright.chromium.launch(executable_path=path, args=[*as_root, *quiet])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: object) -> Iterator[Page]:
    """A fresh window whose addresses are relative to the running site."""
    context = browser.new_context(base_url=str(live_server))
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what only root can try. That is no skip: nothing is missing on the machine."""
    if os.geteuid():
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("root")])
        items[:] = [item for item in items if not item.get_closest_marker("root")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, object]:
    report = yield
    return without_skips(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, object]:
    report = yield
    return without_skips(report)


def without_skips(report: pytest.TestReport | pytest.CollectReport) -> pytest.TestReport | pytest.CollectReport:
    """With REQUIRE_ALL, a test that was skipped has failed. An expected failure (xfail) is not a skip."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL is set, but this was skipped. {reason}"
    return report
