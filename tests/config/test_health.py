"""What probes see."""

from unittest import mock

import pytest
from django.db import OperationalError

from config import health


@pytest.mark.django_db
def test_is_ready_when_every_part_answers(client):
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "cache": "ok"}
    assert client.get("/health").json() == answer.json()


@pytest.mark.django_db
def test_is_not_ready_without_the_database_and_says_so(client):
    with mock.patch.dict(health.PARTS, {"database": mock.Mock(side_effect=OperationalError("gone"))}):
        answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down", "cache": "ok"}


def test_lives_without_asking_any_server(client):
    answer = client.get("/health/live")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_refuses_to_be_written_to(client):
    assert client.post("/health/live").status_code == 405
