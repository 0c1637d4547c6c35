"""A shop in which a marketer writes a campaign and an administrator publishes it."""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.models import Campaign
from lifecycle.models import Lifecycle
from tests.customer_success.cast import member
from tests.factories import CampaignFactory, MessageTemplateFactory, TopicFactory
from tests.lifecycle.stage import lifecycle_with


@pytest.fixture
def shop(db: None) -> Lifecycle:
    TopicFactory(key="tips", name="Tips")
    MessageTemplateFactory(key="hello", name="Hello")
    return lifecycle_with("NEW OLD")


@pytest.fixture
def campaign(shop: Lifecycle) -> Campaign:
    found: Campaign = CampaignFactory(name="Welcome")
    return found


def client_of(group: str) -> Client:
    client = Client()
    client.force_login(member(group.lower().replace(" ", "-"), group))
    return client


@pytest.fixture
def marketer(db: None) -> Client:
    return client_of("Marketer")


@pytest.fixture
def administrator(db: None) -> Client:
    return client_of("Administrator")
