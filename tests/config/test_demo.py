"""Who may look around in the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from config.management.commands.demo import let_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.TENURE_HOME = tmp_path
    return tmp_path


def test_everybody_signs_in_with_the_one_password_that_is_told(home: Path) -> None:
    users = get_user_model().objects
    manager = users.create(username="manager-01")
    manager.groups.add(Group.objects.get_or_create(name="Success manager")[0])

    told = let_in()

    assert {one.username for one in users.all() if one.check_password(told)} == {"demo", "manager-01"}
    assert (home / "demo-login.txt").read_text().strip() == told


def test_who_has_a_password_keeps_it(home: Path) -> None:
    manager = get_user_model().objects.create_user(username="manager-01", password="mine, not theirs")
    manager.groups.add(Group.objects.get_or_create(name="Success manager")[0])

    let_in()
    manager.refresh_from_db()

    assert manager.check_password("mine, not theirs")
