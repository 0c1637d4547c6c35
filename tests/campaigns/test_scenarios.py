"""Scenarios in files are played on the virtual clock; each says what is expected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from campaigns.definition.scenario import read_scenario
from campaigns.engine.simulate import simulate
from campaigns.models import CampaignVersion
from campaigns.queries.definitions import read
from lifecycle.engine.defaults import load_defaults
from lifecycle.models import Lifecycle, Team
from tests.factories.campaigns import (
    CampaignFactory,
    CampaignVersionFactory,
    MessageTemplateFactory,
    SegmentFactory,
    TemplateTextFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOLDER = Path(__file__).parent / "scenarios"
CAMPAIGNS = yaml.safe_load((FOLDER / "campaigns.yaml").read_text())
FILES = sorted(path.name for path in FOLDER.glob("*.yaml") if path.name != "campaigns.yaml")


@pytest.fixture(autouse=True)
def ground() -> None:
    load_defaults(now=NOW, only="learning")
    TopicFactory(key="offers", is_opt_in=True)
    Team.objects.get_or_create(code="success", defaults={"name": "Success"})
    everybody = {"not": {"metric": "order_count", "operator": ">=", "value": 1}}
    SegmentFactory(key="everybody", lifecycle=Lifecycle.objects.get(code="learning"), condition=everybody)
    for key in ("cart", "cart_again", "hello", "again"):
        TemplateTextFactory(template=MessageTemplateFactory(key=key), subject=f"About {key}")


def version_of(key: str) -> CampaignVersion:
    campaign = CampaignFactory(key=key, name=key)
    return CampaignVersionFactory(campaign=campaign, definition=CAMPAIGNS[key], written_at=NOW)


def test_each_campaign_that_is_tried_can_be_read():
    assert all(read(definition) for definition in CAMPAIGNS.values())


@pytest.mark.parametrize("name", FILES)
def test_a_campaign_does_what_its_scenario_says(name):
    scenario = read_scenario(yaml.safe_load((FOLDER / name).read_text()))

    played = simulate(version=version_of(scenario.campaign), scenario=scenario)

    assert played.is_as_expected, "\n".join(map(str, [*played.missing, "", *played.unexpected, "", *played.came]))
    assert played.came
