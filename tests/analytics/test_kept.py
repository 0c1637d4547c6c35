"""Answers of everybody and of large portfolios are kept, of small ones never; who may not wait gets what is known."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.queries import kept as queries
from analytics.queries.kept import Keep, NotKept, asked_anew, kept_answer, only_known
from tests.factories import CustomerFactory, UserFactory

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_of_everybody_the_first_answer_stays_with_its_instant():
    kept_answer("one", lambda: "first", owners=None, now=NOW)

    assert kept_answer("one", lambda: "second", owners=None, now=LATER) == (NOW, "first")


def test_other_questions_have_other_answers():
    kept_answer("one", lambda: "of March", owners=None, now=NOW, month=3)

    assert kept_answer("one", lambda: "of April", owners=None, now=NOW, month=4) == (NOW, "of April")
    assert kept_answer("two", lambda: "another", owners=None, now=NOW, month=3) == (NOW, "another")


def test_what_another_release_has_kept_is_not_read(monkeypatch):
    kept_answer("one", lambda: "its answer", owners=None, now=NOW)
    monkeypatch.setattr(queries, "release_of", lambda folder: b"another")

    assert kept_answer("one", lambda: "ours", owners=None, now=LATER) == (LATER, "ours")


@pytest.mark.parametrize("name", ["report.sql", "rules.py"])
def test_each_change_of_code_is_another_release(tmp_path, name):
    for folder, text in (("old", "SELECT 1"), ("new", "SELECT 2"), ("old again", "SELECT 1")):
        (tmp_path / folder / "part").mkdir(parents=True)
        (tmp_path / folder / "part" / name).write_text(text)
    old, new, again = (queries.release_of(tmp_path / folder) for folder in ("old", "new", "old again"))

    assert old != new
    assert old == again


@pytest.fixture
def manager(monkeypatch, db):
    """Whose three customers are more than few."""
    monkeypatch.setattr(queries, "FEW", 2)
    user = UserFactory()
    CustomerFactory.create_batch(3, owner=user)
    return user


@pytest.mark.django_db
def test_a_portfolio_of_few_is_asked_each_time():
    kept_answer("one", lambda: "everybody's", owners=None, now=NOW)

    assert kept_answer("one", lambda: "mine", owners={1}, now=LATER) == (LATER, "mine")
    assert kept_answer("one", lambda: "mine now", owners={1}, now=LATER) == (LATER, "mine now")


@pytest.mark.django_db
def test_what_no_hour_changes_is_kept_of_few_as_well():
    kept_answer("one", lambda: "mine", owners={1}, now=NOW, also_few=True)

    assert kept_answer("one", lambda: "mine now", owners={1}, now=LATER, also_few=True) == (NOW, "mine")
    assert kept_answer("one", lambda: "yours", owners={2}, now=LATER, also_few=True) == (LATER, "yours")


def test_a_large_portfolio_has_its_own_answer(manager):
    kept_answer("one", lambda: "everybody's", owners=None, now=NOW)

    assert kept_answer("one", lambda: "theirs", owners={manager.id}, now=NOW) == (NOW, "theirs")
    assert kept_answer("one", lambda: "theirs now", owners={manager.id}, now=LATER) == (NOW, "theirs")
    assert kept_answer("one", lambda: "everybody's now", owners=None, now=LATER) == (NOW, "everybody's")


def test_the_answer_of_a_team_is_that_of_its_managers_whatever_their_order(manager):
    mate = UserFactory()
    kept_answer("one", lambda: "the team's", owners=[manager.id, mate.id], now=NOW)

    assert kept_answer("one", lambda: "again", owners={mate.id, manager.id}, now=LATER) == (NOW, "the team's")
    assert kept_answer("one", lambda: "one's own", owners={manager.id}, now=LATER) == (LATER, "one's own")


def test_as_many_as_few_are_not_kept(manager):
    manager.customers.first().delete()

    kept_answer("one", lambda: "first", owners={manager.id}, now=NOW)

    assert kept_answer("one", lambda: "second", owners={manager.id}, now=LATER) == (LATER, "second")


def test_what_is_asked_anew_replaces_what_was_kept():
    kept_answer("one", lambda: "first", owners=None, now=NOW)

    with asked_anew():
        kept_answer("one", lambda: "second", owners=None, now=LATER)

    assert kept_answer("one", lambda: "third", owners=None, now=LATER) == (LATER, "second")


@pytest.mark.django_db
def test_who_wants_what_is_known_does_not_compute():
    with only_known(), pytest.raises(NotKept):
        kept_answer("one", lambda: pytest.fail("was computed"), owners=None, now=NOW)
    kept_answer("one", lambda: "first", owners=None, now=NOW)

    with only_known():
        assert kept_answer("one", lambda: "second", owners=None, now=LATER) == (NOW, "first")
        assert kept_answer("one", lambda: "mine", owners={1}, now=LATER) == (LATER, "mine")


@pytest.mark.parametrize("keep", Keep)
def test_is_kept_for_longer_than_until_the_worker_comes_again(monkeypatch, keep):
    seconds = []
    monkeypatch.setattr(queries.cache, "set", lambda key, value, timeout: seconds.append(timeout))

    kept_answer("one", lambda: "first", owners=None, now=NOW, keep=keep)

    assert seconds == [keep]
    assert seconds > [{Keep.HOUR: 3600, Keep.NIGHT: 86_400}[keep]]
