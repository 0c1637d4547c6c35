"""Each shipped programme does, as it is shipped, what the scenarios beside it say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import campaigns
from campaigns.definition.scenario import read_scenario
from campaigns.engine.defaults import load_defaults as load_campaigns
from campaigns.engine.simulate import simulate
from campaigns.models import Campaign, CampaignVersion
from customer_success.engine.defaults import load_defaults as load_success
from lifecycle.engine.defaults import load_defaults as load_lifecycles

from .test_schedule import FIRST

SCENARIOS = sorted((Path(campaigns.__file__).parent / "shipped" / "scenarios").glob("*.yaml"))

OF_ACCOUNTS = {"renewal_ahead"}  # no scenario has an account; test_programmes plays it


@pytest.fixture(scope="module", autouse=True)
def everything_that_is_shipped(kept):
    """Loaded once: a simulation leaves nothing behind."""
    for load in (load_lifecycles, load_success, load_campaigns):
        load(now=FIRST)


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_a_shipped_campaign_does_what_its_scenario_says(file):
    scenario = read_scenario(yaml.safe_load(file.read_text()))
    version = CampaignVersion.objects.select_related("campaign").get(campaign__key=scenario.campaign)

    played = simulate(version=version, scenario=scenario)

    assert scenario.expect is not None
    assert played.is_as_expected, "\n".join(map(str, [*played.missing, "", *played.unexpected, "", *played.came]))


def test_each_shipped_campaign_has_a_scenario_of_its_name():
    shipped = set(Campaign.objects.values_list("key", flat=True))

    assert shipped
    assert shipped - OF_ACCOUNTS <= {file.stem for file in SCENARIOS}
