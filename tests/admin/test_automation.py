"""Switches, sources, teams and metrics in the admin."""

import pytest
from django.urls import reverse

from lifecycle.models import Notice, RuleHold, Switch
from tests.factories import FeedFactory, NoticeFactory, RuleHoldFactory, SwitchFactory
from tests.lifecycle.stage import days_ago

from .conftest import READS, person

pytestmark = pytest.mark.django_db
SWITCHES = "admin:lifecycle_switch_changelist"


@pytest.fixture
def switcher(sign_in):
    return sign_in(person("sven", *READS, "view_switch", "change_switch"))


def turn(kind, query=""):
    return reverse("admin:lifecycle_switch_turn", args=[kind]) + query


def test_everything_is_on_and_named(switcher, shop):
    page = switcher.get(reverse(SWITCHES)).text

    assert page.count("Switch off") == 2 + 1 + shop.lifecycle.rules.count()
    assert "Worth over 500" in page


@pytest.mark.parametrize(
    ("kind", "query", "named"),
    [("AUTOMATION_ENABLED", "", "All automation"), ("STATUS_TAGS_ENABLED", "", "Status tags"),
     ("lifecycle", "?lifecycle=commerce", "Commerce"), ("rule", "?lifecycle=commerce&rule=vip", "Worth over 500")],
)  # fmt: skip
def test_a_switch_is_turned_with_a_reason_and_back(switcher, shop, kind, query, named):
    assert named in switcher.get(turn(kind, query)).text
    assert "required" in switcher.post(turn(kind, query), {"reason": " "}).text
    assert not Switch.objects.exists()

    switcher.post(turn(kind, query), {"reason": "A bad import"})

    off = Switch.objects.get()
    assert (off.is_on, off.reason, off.changed_by.username) == (False, "A bad import", "sven")
    assert "Switched off by sven on" in switcher.get(reverse(SWITCHES)).text
    switcher.post(turn(kind, query), {"reason": "Mended"})
    off.refresh_from_db()
    assert (off.is_on, off.reason) == (True, "Mended")


def test_the_same_form_twice_turns_a_switch_once(switcher, shop):
    where = turn("lifecycle", "?lifecycle=commerce")
    switcher.post(where, {"reason": "A bad import", "turn": "off"})

    again = switcher.post(where, {"reason": "A bad import", "turn": "off"}, follow=True)

    assert "Commerce is off already" in again.text
    assert not Switch.objects.get().is_on


def test_unknown_switches_and_people_without_the_right_change_nothing(switcher, sign_in, shop):
    for wrong in (turn("nosuch"), turn("lifecycle"), turn("rule", "?lifecycle=commerce&rule=nosuch")):
        assert "no such switch" in switcher.post(wrong, {"reason": "x"}, follow=True).text
    reader = sign_in(person("rolf", *READS, "view_switch"))

    assert "Switch off" not in reader.get(reverse(SWITCHES)).text
    assert reader.post(turn("AUTOMATION_ENABLED"), {"reason": "x"}).status_code == 403
    assert not Switch.objects.exists()


def test_the_landing_page_warns(client, shop):
    SwitchFactory(reason="A bad import")
    FeedFactory(source="till", first_seen_at=days_ago(9), last_seen_at=days_ago(3))
    RuleHoldFactory(rule=shop.lifecycle.rules.first(), reason="till has been silent since yesterday")

    page = client.get(reverse("admin:index")).text

    assert "All automation was switched off" in page
    assert "till has been silent since" in page
    assert "1 rule waits for it" in page
    assert "Waits since" in client.get(reverse(SWITCHES)).text
    assert RuleHold.objects.exists()


def test_a_source_can_be_allowed_to_be_silent(client):
    feed = FeedFactory(source="till", first_seen_at=days_ago(9), last_seen_at=days_ago(3))
    page = reverse("admin:lifecycle_feed_change", args=[feed.id])
    assert "till" in client.get(page).text

    client.post(page, {"stale_after_hours": ""})

    feed.refresh_from_db()
    assert feed.stale_after_hours is None
    assert "till has been silent" not in client.get(reverse("admin:index")).text


def test_messages_stay_until_they_are_done(sign_in, shop):
    note = NoticeFactory(customer=shop.customer(name="Rosa Lind"))
    mia = sign_in(person("mia", *READS, "view_notice", "change_notice"))
    listed = reverse("admin:lifecycle_notice_changelist")
    assert "Rosa Lind" in mia.get(listed).text

    mia.post(listed, {"action": "done", "_selected_action": [note.id]})

    assert Notice.objects.get().done_by.username == "mia"
    assert "Rosa Lind" not in mia.get(listed).text
    assert "Rosa Lind" in mia.get(f"{listed}?state=done").text


def test_the_metrics_page_has_every_metric(viewer, sign_in, stranger):
    page = sign_in(viewer).get(reverse("admin:lifecycle_metrics")).text

    assert "login_frequency_last_7days" in page
    assert "complete days" in page
    assert sign_in(stranger).get(reverse("admin:lifecycle_metrics")).status_code == 403
