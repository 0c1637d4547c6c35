"""The page: what it says, to whom, and what it refuses."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Transition
from tests.factories import LifecycleFactory, UserFactory

from .moved import World

pytestmark = pytest.mark.django_db
URL = "/admin/analytics/snapshot/status-tags/"
AUTOMATION = "/admin/analytics/snapshot/automation/"


@pytest.fixture
def world():
    """Six learners of mia and one of nobody; all but one are at risk, of whom one came back."""
    world = World()
    for number in range(7):
        customer = world.customer(owner=world.mia if number else None, name=f"Zz{number}")
        world.moved(customer, timezone.now() - timedelta(days=20), "NEW")
        if number < 6:
            world.moved(customer, timezone.now() - timedelta(days=5), "RISK")
    world.moved(customer, timezone.now() - timedelta(days=4), "RISK")
    world.moved(customer, timezone.now() - timedelta(days=3), "GOOD", rule=False, by=world.boss)
    return world


def page(world, user=None, path=URL, **query):
    client = Client()
    client.force_login(user or UserFactory(is_staff=True, is_superuser=True))
    return client.get(path, {"lifecycle": world.lifecycle.code, **query})


def text_of(answer):
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL).split())


def manager_of(world):
    world.mia.is_staff = True
    world.mia.save()
    world.mia.groups.add(Group.objects.get(name="Success manager"))
    return world.mia


def test_says_how_many_are_at_risk_who_and_how_many_came_back(world):
    said = text_of(page(world))

    assert "At risk 6 +6 in 30 days RISK, SAVED" in said
    assert "Active learners 1 +1 in 30 days NEW, GOOD" in said
    assert "Moves out of risk that recovered 1 of 1" in said  # too few for a rate
    assert "7 moves into risk." in said
    assert "Zz0" in said


def test_the_number_at_risk_leads_to_those_of_all_tags_of_risk(world):
    card = next(card for card in page(world).context["said"].cards if card.title == "At risk")

    assert card.url.endswith("=RISK%2CSAVED")


def test_a_manager_sees_the_own_customers_alone(world):
    said = text_of(page(world, manager_of(world)))

    assert "At risk 5 +5" in said
    assert "Zz0" not in said
    assert "Zz1" in said


def test_rows_lead_to_the_moves_behind_them(world):
    chart = page(world).context["said"].charts[2]
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    for row, link in chart.linked_rows:
        assert client.get(link).context["cl"].result_count == row[2]
    assert sum(row[2] for row in chart.rows) == Transition.objects.count()


@pytest.mark.parametrize("path", [URL, AUTOMATION])
def test_each_chart_is_told_as_text_and_as_csv(world, path):
    answer = page(world, path=path)

    for chart in answer.context["said"].charts:
        assert chart.summary or chart.when_empty
        csv = page(world, path=path, csv=chart.key).content.decode("utf-8-sig")
        assert len(csv.splitlines()) == len(chart.rows) + 1
        json.dumps(chart.figure)


def test_automation_says_what_rules_did_and_whether_it_stood(world):
    World()  # another lifecycle, in which nothing happened

    today = timezone.now().date()
    answer = page(world, path=AUTOMATION, start=str(today - timedelta(days=6)), end=str(today))

    assert "Rules made 7 moves, 7 of them alone. 0 did not stand" in text_of(answer)
    assert "in 1 of 2 lifecycles; 0 did not stand so far; of 7 moves it is too early to say." in text_of(answer)
    assert [chart.key for chart in answer.context["said"].charts] == [
        "lifecycles", "automation-days", "automation-outcomes", "automation-rules",
    ]  # fmt: skip


def test_automation_tells_of_each_rule_how_soon_it_found_risk_and_who_recovered():
    world, now = World(), timezone.now()
    world.rules["RISK"].conditions = {"all": [{"metric": "days_since_login", "operator": ">=", "value": 5}]}
    world.rules["RISK"].save()
    for number in range(6):
        customer = world.customer()
        world.moved(customer, now - timedelta(days=9), "NEW")
        world.moved(customer, now - timedelta(days=5), "RISK", evidence={"days_since_login": 5 + number})
        if number == 0:  # a person puts back what was no risk
            world.moved(customer, now - timedelta(days=4), "NEW", rule=False, by=world.boss)
        elif number < 3:
            world.moved(customer, now - timedelta(days=4), "GOOD")

    said = page(world, path=AUTOMATION).context["said"]

    rules = next(chart for chart in said.charts if chart.key == "automation-rules")
    told = {row[1]: dict(zip(rules.columns, row, strict=True)) for row in rules.rows}
    columns = ("Days to detect", "Into risk", "Recovered")
    assert {tag: [row[column] for column in columns] for tag, row in told.items()} == {
        world.tags["NEW"].name: ["–", "–", "–"],
        world.tags["GOOD"].name: ["–", "–", "–"],
        world.tags["RISK"].name: [Decimal("2.5"), 5, "40.0%"],
    }
    [recovered] = [card for card in said.more["sections"][-1].cards if card.title == "Recovered"]
    assert recovered.value == "40.0%"
    assert recovered.note.startswith("of 5 customers whom rules moved into risk and nobody put back")


def test_of_few_moves_it_is_said_once_of_how_many_and_that_it_is_early():
    world = World()
    world.moved(world.customer(), timezone.now() - timedelta(days=1), "RISK")

    said = page(world, path=AUTOMATION).context["said"]

    assert [(one.value, one.note) for one in said.cards[:1] or said.more["sections"][-1].cards[:1]] == [
        ("1 of 1", "moves by rules")
    ]
    outcomes = next(chart for chart in said.charts if chart.key == "automation-outcomes")
    assert outcomes.summary == "No move of a rule was taken back or put back so far; of 1 move it is too early to say."


def test_status_tags_lead_to_automation_in_the_same_days(world):
    section = page(world).context["said"].more["sections"][-1]

    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert section.says in text_of(client.get(section.more[1]))


def begins_with(user, path):
    cache.clear()
    client = Client()
    client.force_login(user)
    return client.get(path).context["form"]["lifecycle"].value()


def test_it_begins_with_the_lifecycle_in_which_the_own_customers_are(world):
    LifecycleFactory(code="learning")

    assert begins_with(manager_of(world), URL) == world.lifecycle.code
    assert begins_with(UserFactory(is_staff=True, is_superuser=True), URL) == "learning"


def test_automation_begins_where_rules_moved_the_own_customers_most_lately(world):
    usual, boss = World(), UserFactory(is_staff=True, is_superuser=True)
    usual.lifecycle.code = "learning"
    usual.lifecycle.save()
    mine, other = usual.customer(owner=world.mia), usual.customer()
    long_ago, lately = (timezone.now() - timedelta(days=days) for days in (30, 29))
    usual.moved(mine, lately, "NEW", rule=False, by=usual.boss)
    usual.moved(mine, long_ago, "RISK")
    assert [begins_with(one, AUTOMATION) for one in (boss, manager_of(world))] == [world.lifecycle.code] * 2

    for number in range(13):  # of fourteen
        usual.moved(other, lately, ("RISK", "GOOD")[number % 2])
    assert begins_with(boss, AUTOMATION) == world.lifecycle.code
    usual.moved(other, lately, "GOOD")
    assert begins_with(boss, AUTOMATION) == "learning"
    assert begins_with(world.mia, AUTOMATION) == world.lifecycle.code

    usual.lifecycle.is_active = False
    usual.lifecycle.save()
    assert begins_with(boss, AUTOMATION) == world.lifecycle.code


def test_automation_begins_as_all_do_where_rules_moved_nobody():
    LifecycleFactory(code="commerce")
    LifecycleFactory(code="learning")

    assert begins_with(UserFactory(is_staff=True, is_superuser=True), AUTOMATION) == "learning"


def test_a_wrong_range_still_has_links_to_the_usual_ones(world):
    answer = page(world, start="2026-02-02", end="2026-02-01")

    assert [one.title for one in answer.context["presets"]] == ["Last 7 days", "Last 30 days", "Last 90 days"]


def test_a_range_without_anything_says_so(world):
    said = text_of(page(world, start="2020-01-01", end="2020-01-07"))

    assert "Nobody moved in this range." in said
    assert "Nobody had a tag in this lifecycle." in said
    assert "Rules moved nobody in this range" in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"start": "2026-02-02", "end": "2026-02-01"}, "ends on 2026-02-01, before it starts on 2026-02-02"),
        ({"start": "2026-02-02", "end": "9999-12-31"}, "which is after today"),
        ({"start": "2020-01-01", "end": "2021-01-01"}, "has 367 days; it may have 366"),
        ({"start": "0001-01-01", "end": "0001-01-02"}, "nothing is known of that time"),
        ({"start": "soon", "end": "2026-02-01"}, "A day such as 2026-01-31."),
        ({"lifecycle": "nowhere"}, "Select a valid choice"),
    ],
)
def test_a_range_that_is_none_gets_a_sentence(world, query, sentence):
    answer = page(world, **query)

    assert answer.status_code == 200
    assert sentence in text_of(answer)


def test_usual_ranges_are_links_that_keep_the_lifecycle(world):
    seven, thirty, ninety = page(world).context["presets"]

    assert [seven.is_chosen, thirty.is_chosen, ninety.is_chosen] == [False, True, False]
    assert all(f"lifecycle={world.lifecycle.code}" in one.url for one in (seven, thirty, ninety))


def test_asks_as_often_for_many_customers_as_for_few(world, django_assert_num_queries):
    client = Client()
    client.force_login(manager_of(world))
    client.get(URL, {"lifecycle": world.lifecycle.code})  # what is read once a process
    with CaptureQueriesContext(connection) as few:
        client.get(URL, {"lifecycle": world.lifecycle.code})
    for number in range(5):
        world.moved(world.customer(owner=world.mia, name=f"Yy{number}"), timezone.now() - timedelta(days=1), "RISK")

    with django_assert_num_queries(len(few)):
        client.get(URL, {"lifecycle": world.lifecycle.code})


def test_everybody_s_answers_are_kept(world):
    before = text_of(page(world))

    world.moved(world.customer(name="Late"), timezone.now(), "RISK")

    assert "Late" not in text_of(page(world))
    assert "At risk 6" in before


def test_the_menu_leads_to_it():
    assert reverse("admin:analytics_snapshot_status_tags") == URL
