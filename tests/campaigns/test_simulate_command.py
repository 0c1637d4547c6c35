"""The command plays a scenario, says what came and what was expected, and leaves no trace."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.definition.scenario import ScenarioError, read_scenario
from campaigns.models import Campaign, CampaignVersion, Delivery, Enrollment
from lifecycle.engine.defaults import load_defaults
from lifecycle.models import Customer, Event, EventListener, OutboxMessage
from tests.factories import CustomerFactory
from tests.factories.campaigns import CampaignFactory, CampaignVersionFactory, EnrollmentFactory, StepRunFactory

from .test_schedule import FIRST

pytestmark = pytest.mark.django_db
GREETING = {
    "lifecycle": "learning",
    "trigger": {"kind": "event", "name": "trial_started"},
    "message_class": "transactional",
    "steps": [{"key": "hello", "kind": "in_app", "title": "Hello", "body": "Good to see you.", "after": {"days": 1}}],
}
PLAIN = {"starts": "2026-03-28 10:00", "given": [{"at": "2026-03-28 10:00", "event": "trial_started"}]}
MESSAGE = {"at": "2026-03-29 10:00", "channel": "in_app", "subject": "Hello"}
ENROLLED = {"at": "2026-03-28 10:00", "ended": "2026-03-29 10:00", "reason": "end"}


@pytest.fixture(autouse=True)
def greeting():
    load_defaults(now=FIRST, only="learning")
    campaign = CampaignFactory(key="greeting", name="Greeting")
    return CampaignVersionFactory(campaign=campaign, definition=GREETING, number=1)


def play(folder, scenario, *options):
    """What the command says, and its exit code."""
    file, out = folder / "scenario.json", StringIO()
    file.write_text(scenario if isinstance(scenario, str) else json.dumps(scenario))
    try:
        call_command("simulate_campaign", "greeting", "--scenario", str(file), *options, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def test_what_was_expected_came(tmp_path):
    said, code = play(tmp_path, {**PLAIN, "expect": {"enrollments": [ENROLLED], "messages": [MESSAGE]}})

    assert code == 0
    assert "As expected." in said
    assert "2026-03-29 10:00  message: step “hello”, channel “in_app”" in said


def test_what_was_not_expected_is_said_and_what_did_not_come(tmp_path):
    late = {**MESSAGE, "at": "2026-03-29 11:00"}

    said, code = play(tmp_path, {**PLAIN, "expect": {"enrollments": [ENROLLED], "messages": [late]}})

    assert code == 1
    missing, unexpected = said.partition("Was expected and did not come:")[2].split("Came and was not expected:")
    assert "2026-03-29 11:00  message" in missing
    assert "2026-03-29 10:00  message" in unexpected


def test_a_scenario_that_expects_nothing_shows_what_comes(tmp_path):
    said, code = play(tmp_path, PLAIN, "--format", "json")

    assert code == 0
    assert [(line["kind"], line["at"]) for line in json.loads(said)["came"]] == [
        ("enrollment", "2026-03-28T10:00:00+00:00"),
        ("message", "2026-03-29T10:00:00+00:00"),
    ]


def test_nothing_is_left_and_nobody_else_is_touched(tmp_path, greeting):
    other = CustomerFactory()
    due = StepRunFactory(enrollment=EnrollmentFactory(customer=other))

    play(tmp_path, PLAIN)

    assert list(Customer.objects.all()) == [other]
    assert [Enrollment.objects.count(), Delivery.objects.count(), Event.objects.count()] == [1, 0, 0]
    assert not OutboxMessage.objects.exists()
    assert not EventListener.objects.exists()
    due.refresh_from_db()
    assert due.state == "waiting"
    assert Campaign.objects.get(key="greeting").state == "off"
    assert CampaignVersion.objects.get(id=greeting.id).state == "draft"


def test_the_draft_is_played_when_it_is_asked_for(tmp_path, greeting):
    CampaignVersion.objects.filter(id=greeting.id).update(state="live")
    steps = [{**GREETING["steps"][0], "title": "Welcome"}]
    CampaignVersionFactory(campaign=greeting.campaign, definition={**GREETING, "steps": steps}, number=2)

    assert "“Hello”" in play(tmp_path, PLAIN)[0]
    assert "“Welcome”" in play(tmp_path, PLAIN, "--draft")[0]


@pytest.mark.parametrize(
    ("scenario", "says"),
    [
        ("{", "not valid JSON"),
        ("[]", "Expected `object`"),
        ({}, "missing required field `starts`"),
        ({"starts": "tomorrow, early"}, "starts: tomorrow, early is no time"),
        ({**PLAIN, "colour": "red"}, "unknown field `colour`"),
        ({**PLAIN, "days": 0}, "days"),
        ({**PLAIN, "customer": {"timezone": "Moon/Base"}}, "Moon/Base is no zone"),
        ({**PLAIN, "given": [{"at": "2026-03-28 10:00"}]}, "one of event, move"),
        ({**PLAIN, "given": [{"at": "2020-01-01 10:00", "event": "login"}]}, "not within the 400 days"),
        ({**PLAIN, "given": [{"at": "2026-03-28 10:00", "move": "ST_999"}]}, "no tag ST_999"),
        ({**PLAIN, "given": [{"at": "2026-03-28 10:00", "taken_back": True}]}, "no move to take back"),
        ({**PLAIN, "given": [{"at": "2026-03-28 10:00", "event": "!"}]}, "must start with a letter"),
        ({**PLAIN, "customer": {"topics": {"moon": True}}}, "no topic moon"),
        ({**PLAIN, "customer": {"takes": {"hello": "yes"}}}, "no split hello"),
        ({**PLAIN, "customer": {"is_held_out": True}}, "is anybody held out"),
        ({**PLAIN, "about": "\x00"}, "NUL"),
        ({**PLAIN, "campaign": "other"}, "for the campaign other"),
        ({**PLAIN, "expect": {"messages": [{"at": "2026-03-28 25:00"}]}}, "expect.messages[0].at"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(tmp_path, scenario, says):
    with pytest.raises(CommandError, match=r"scenario\.json") as refused:
        play(tmp_path, scenario)
    assert says in str(refused.value)


def test_a_campaign_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"no campaign nonsense\. There are: greeting"):
        call_command("simulate_campaign", "nonsense", "--scenario", str(tmp_path / "none.json"))


@pytest.mark.parametrize("found", [None, 3, "x", {"starts": {}}, {"starts": "2026-01-01", "given": {}}])
def test_what_is_no_scenario_at_all_is_refused(found):
    with pytest.raises(ScenarioError):
        read_scenario(found)
