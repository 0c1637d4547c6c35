"""Numbers of campaign results lead to the enrollments and messages that were counted: no more and no fewer."""

import re

import pytest

from campaigns.models import Campaign, Delivery, Enrollment
from tests.customer_success.cast import joined, signed_in
from tests.factories import CustomerFactory, DeliveryFactory, UserFactory

from .enrolled import DAY, NOW, PERIOD, SINCE, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
CLOCK = NOW + 60 * DAY  # when all that the world has made has happened
URL = "/admin/analytics/snapshot/campaign-results/"
COUNTS = {"Enrolled", "Still inside", "Messages sent"}
RANGES = [
    (PERIOD.start, PERIOD.end),
    (PERIOD.end, PERIOD.end),
    (NOW.date() - 30 * DAY, NOW.date()),
]


@pytest.fixture(scope="module")
def owner(kept, stopped):
    owner = make_world()
    DeliveryFactory(
        run=None, campaign=None, customer=CustomerFactory(owner=owner), state="accepted", planned_at=SINCE,
        accepted_at=SINCE, ended_at=SINCE,
    )  # fmt: skip
    return joined(owner)


@pytest.fixture(params=["everybody", "portfolio"])
def client(request, owner):
    return signed_in(owner if request.param == "portfolio" else UserFactory(is_staff=True, is_superuser=True))


def rows_behind(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.context["cl"].result_count


def told(card):
    """The number of a card; of a rate how many reached it."""
    return int(re.match(r"\d+", card.value if card.title in COUNTS else card.note)[0])


@pytest.mark.parametrize("is_one", [False, True])
@pytest.mark.parametrize(("start", "end"), RANGES)
def test_as_many_as_the_number_says(client, start, end, is_one):
    campaign = {"campaign": Campaign.objects.order_by("id")[0].key} if is_one else {}
    said = client.get(URL, {"start": str(start), "end": str(end), **campaign}).context["said"]
    linked = [one for one in said.cards if one.url]
    ends, reasons = (next(one for one in said.charts if one.key == key) for key in ("ends", "not-sent"))

    assert [one.title for one in linked] == [
        "Enrolled", "Still inside", "Reached the goal", "Messages sent", "Opened", "Clicked", "Bounced", "Complained",
        "Unsubscribed",
    ]  # fmt: skip
    for card in linked:
        assert (card.title, rows_behind(client, card.url)) == (card.title, told(card))
    for row, url in [*ends.linked_rows, *reasons.linked_rows]:
        assert (row[0], rows_behind(client, url)) == (row[0], row[1])
    assert told(linked[0]) < Enrollment.objects.count()
    assert told(linked[3]) < Delivery.objects.count()


def test_a_campaign_of_the_list_is_told_of_in_the_same_days(client):
    said = client.get(URL, {"start": str(PERIOD.start), "end": str(PERIOD.end)}).context["said"]
    campaigns = next(one for one in said.charts if one.key == "campaigns")
    enrolled = campaigns.columns.index("Enrolled")

    for row, url in campaigns.linked_rows:
        card = client.get(url).context["said"].cards[0]
        assert (card.title, told(card)) == ("Enrolled", row[enrolled])


def test_messages_are_sent_once_a_provider_took_them(client):
    sent, not_sent, both = (
        client.get("/admin/campaigns/delivery/", asked).context["cl"] for asked in ({"sent": "yes"}, {"sent": "no"}, {})
    )

    assert {one.accepted_at is not None for one in sent.result_list} == {True}
    assert {one.accepted_at is not None for one in not_sent.result_list} == {False}
    assert sent.result_count + not_sent.result_count == both.result_count


def test_who_reached_the_goal_and_who_did_not_are_all(client):
    reached, first, others, everybody = (
        client.get("/admin/campaigns/enrollment/", asked).context["cl"]
        for asked in ({"goal": "reached"}, {"goal": "first"}, {"goal": "not"}, {})
    )

    assert {one.converted_at is not None for one in reached.result_list} == {True}
    assert 0 < first.result_count < reached.result_count
    assert reached.result_count + others.result_count == everybody.result_count


@pytest.mark.parametrize(("model", "asked"), [("delivery", {"response": "read"}), ("enrollment", {"goal": "7"})])
def test_what_cannot_be_asked_finds_nothing(client, model, asked):
    assert rows_behind(client, f"/admin/campaigns/{model}/") > 0
    assert client.get(f"/admin/campaigns/{model}/", asked).context["cl"].result_count == 0
