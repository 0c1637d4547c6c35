"""How what a campaign says reads on pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from campaigns.definition.words import about, begins, ends
from campaigns.queries.definitions import read
from campaigns.queries.placeholders import _customer
from tests.factories import CustomerFactory

TEXT: dict[str, Any] = {
    "lifecycle": "learning",
    "trigger": {"kind": "entered_tag", "lifecycle": "learning", "tag": "ST_004", "from_tag": "ST_001"},
    "message_class": "transactional",
    "goal": {"tags": ["ST_002"]},
    "steps": [
        {"key": "tell", "kind": "alert", "team": "customer_success", "message": "{name} fades."},
        {"key": "show", "kind": "in_app", "title": "Well done, {{ customer.name | upcase }}.", "body": "Go on."},
        {"key": "mail", "kind": "email", "template": "personal_check_in"},
        {"key": "extend", "kind": "action", "action": "extend_trial"},
    ],
}


def test_steps_read_without_keys_and_placeholders() -> None:
    told = [about(step, str) for step in read(TEXT).steps]

    assert told == [
        "Tell customer success: [name] fades",
        "In-app message “Well done, [customer.name]”",
        "Email “personal check in”",
        "Have “extend trial” done by actions",
    ]


def test_tags_are_named_where_their_names_are_known() -> None:
    definition, named = read(TEXT), {"ST_004": "Declining", "ST_001": "Active", "ST_002": "Progressing"}.__getitem__

    assert begins(definition.trigger, str, named) == "A customer enters Declining of learning from Active"
    assert ends(definition.goal, named) == "on entering Progressing"
    assert begins(definition.trigger, str) == "A customer enters ST_004 of learning from ST_001"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "first"),
    [("Ann Lee", "Ann"), ("Jean-Luc Roy", "Jean-Luc"), ("Zoë", "Zoë"), ("12913, United Kingdom", ""), ("Lee, Ann", ""),
     ("", "")],
)  # fmt: skip
def test_a_customer_is_greeted_by_what_can_be_a_first_name(name: str, first: str) -> None:
    values = _customer(CustomerFactory(name=name), datetime(2026, 3, 2, tzinfo=UTC))

    assert values["first_name"] == first


def test_messages_to_teams_of_the_first_programmes_name_the_customer_as_tasks_do() -> None:
    """Liquid is for customers' messages; a team would read the braces."""
    shipped = yaml.safe_load((Path(settings.BASE_DIR) / "campaigns/shipped/campaigns.yaml").read_text())
    steps = [step for one in shipped["campaigns"] for step in one["definition"]["steps"]]
    texts = [step.get("message") or step["title"] for step in steps if step["kind"] in {"alert", "task"}]

    assert texts
    assert all("{name}" in text and "{{" not in text for text in texts)
