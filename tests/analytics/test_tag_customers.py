"""Numbers of status tags lead to the customers that were counted, also at the end of a range that is over."""

import csv
import io
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.admin.status_tags import customers as module
from analytics.admin.words import number_of
from tests.customer_success.cast import joined, signed_in
from tests.factories import UserFactory

from .moved import World, at, back_and_forth

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
STATUS_TAGS = "/admin/analytics/snapshot/status-tags/"
CLOCK = at(12, 12)  # when all that the world has made has happened
URL = f"{STATUS_TAGS}customers/"


@pytest.fixture(scope="module")
def world(kept, stopped):
    return back_and_forth()


@pytest.fixture
def desk():
    return signed_in(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture
def mia(world):
    return signed_in(joined(world.mia))


def listed(client, url):
    """How many rows the page behind a link has, and what it says."""
    answer = client.get(url)
    assert answer.status_code == 200
    if "cl" in answer.context:
        return answer.context["cl"].result_count
    [people] = answer.context["said"].charts
    assert people.summary == (f"{number_of(len(people.rows), 'customer')}." if people.rows else "")
    return len(people.rows)


@pytest.mark.parametrize("whose", ["desk", "mia"])
@pytest.mark.parametrize("end", [date(2026, 3, 12), date(2026, 3, 7), date(2026, 3, 3)])
def test_as_many_as_the_number_says(request, world, whose, end):
    client = request.getfixturevalue(whose)
    asked = {"lifecycle": world.lifecycle.code, "start": "2026-03-01", "end": str(end)}
    said = client.get(STATUS_TAGS, asked).context["said"]
    distribution = next(one for one in said.charts if one.key == "distribution")

    assert sum(row[1] for row in distribution.rows)
    for row, url in distribution.linked_rows:
        assert (row[0], listed(client, url)) == (row[0], row[1])
        assert (URL in url) == (end < CLOCK.date())
    for card in said.cards[:3]:
        number = card.note.split(" of ")[0] if " with a tag" in card.note else card.value
        assert (card.title, listed(client, card.url)) == (card.title, int(number))


def test_tells_who_since_when_and_with_whom(world, desk):
    customer = world.customer(owner=world.mia, name="Ann")
    world.moved(customer, at(2), "SAVED")
    world.moved(customer, at(9), "GONE")

    asked = {"lifecycle": world.lifecycle.code, "tags": "SAVED", "day": "2026-03-08"}
    page = desk.get(URL, asked)
    file = list(csv.DictReader(io.StringIO(desk.get(URL, {**asked, "csv": "people"}).content.decode("utf-8-sig"))))

    [row] = [one for one in file if one["Customer"] == "Ann"]
    assert row == {
        "Customer": "Ann", "Tag": "SAVED", "Since": "2 Mar 2026, 09:00", "Success manager": world.mia.username,
    }  # fmt: skip
    assert "at the end of 8 Mar 2026" in page.content.decode()
    assert "As of 8 Mar 2026, 23:59 UTC" in page.content.decode()


def test_says_how_many_there_are_where_not_all_are_listed(world, desk, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    customers = [world.customer() for _ in range(3)]
    for one in customers:
        world.moved(one, at(1), "MASTER")

    [people] = desk.get(URL, {"lifecycle": world.lifecycle.code, "day": "2026-03-09"}).context["said"].charts

    assert len(people.rows) == 1
    assert "customers. Listed are the 1 who came there last." in people.summary


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"tags": "NEW,NOWHERE"}, "There is no tag NOWHERE in this lifecycle."),
        ({"day": "2026-03-13"}, "Nobody knows the tags of a day to come."),
        ({"day": "soon"}, "A day such as 2026-01-31."),
        ({"lifecycle": "none"}, "Select a valid choice."),
    ],
)
def test_says_what_is_wrong_with_what_was_asked(world, desk, asked, sentence):
    answer = desk.get(URL, {"lifecycle": world.lifecycle.code, **asked})

    assert answer.context["said"] is None
    assert sentence in answer.content.decode()


def test_asks_no_more_of_many(desk):
    world, asked = World(), []
    for _ in range(2):
        for _ in range(4):
            world.moved(world.customer(), at(2), "NEW")
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            desk.get(URL, {"lifecycle": world.lifecycle.code, "day": "2026-03-09"})
        asked.append(len(found))

    assert asked[0] == asked[1]
