"""Pages for what is not allowed, not there, or went wrong: a sentence and a way on."""

import pytest
from django.template.loader import render_to_string

from .conftest import READS, person

pytestmark = pytest.mark.django_db


def test_what_is_not_there_says_so(client):
    answer = client.get("/admin/lifecycle/transitionrule/404404/shadow/")

    assert answer.status_code == 404
    assert "There is nothing here." in answer.text
    assert 'href="/admin/"' in answer.text


def test_what_is_not_allowed_says_so(sign_in):
    reader = sign_in(person("rolf", *READS))

    answer = reader.get("/admin/lifecycle/backtestrun/add/")

    assert answer.status_code == 403
    assert "Your account may not see or do this." in answer.text


def test_what_went_wrong_needs_no_context():
    assert "It has been logged." in render_to_string("500.html")
