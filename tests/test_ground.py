"""The ground that other tests stand on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.db import connection

from tests import tables
from tests.factories import UserFactory
from tests.settings import ROOT

SKIPS = """
import pytest

def test_passes(): pass

def test_is_skipped(): pytest.skip("no such thing here")

@pytest.mark.xfail(reason="known", strict=True)
def test_fails_as_expected(): assert False
"""


@pytest.mark.parametrize(
    ("require_all", "closing_line"), [("", "1 passed, 1 skipped, 1 xfailed"), ("1", "1 failed, 1 passed, 1 xfailed")]
)
def test_a_skip_is_a_failure_when_everything_is_required(tmp_path, require_all, closing_line):
    (tmp_path / "test_skips.py").write_text(SKIPS)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.conftest", str(tmp_path)]

    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "REQUIRE_ALL": require_all}, capture_output=True, text=True, check=False
    )

    assert closing_line in ended.stdout
    assert "no such thing here" in ended.stdout


@pytest.mark.django_db
def test_the_database_is_a_real_postgresql_of_this_run(settings):
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"].startswith("test_")
    assert Path(settings.TENURE_HOME).name.startswith("test-") or not settings.EMBEDDED_POSTGRES


@pytest.mark.django_db(transaction=True)
def test_what_a_test_committed_is_taken_back_and_what_it_took_is_there_again():
    of_groups = Group.objects.order_by("name", "permissions__codename").values_list("name", "permissions__codename")
    given = [*of_groups.all()]
    UserFactory().groups.add(Group.objects.first())
    Group.objects.create(name="of a test")
    Permission.objects.filter(codename="view_customer").delete()

    tables.take_back()

    assert not User.objects.exists()
    assert [*of_groups.all()] == given != []


def test_the_cache_asks_no_server():
    cache.set("greeting", "hello")

    assert cache.get("greeting") == "hello"


@pytest.mark.browser
@pytest.mark.django_db
def test_a_browser_shows_the_login_page(page):
    page.goto("/admin/login/")

    assert page.get_by_label("Username").is_visible()
