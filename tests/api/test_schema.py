"""The whole schema against hostile input: no server error, and no answer that the schema does not know."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import Case
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from lifecycle.api.schema import written_schema
from lifecycle.engine.defaults import load_defaults
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.models import Customer, Lifecycle
from tests.api.conftest import READS, WRITES, person, token_of
from tests.factories import (
    AccountFactory,
    CampaignVersionFactory,
    ConsentEntryFactory,
    CustomerFactory,
    DeliveryFactory,
    EnrollmentFactory,
    InAppMessageFactory,
    ReceiptFactory,
    RecommendationFactory,
    SegmentFactory,
    StepRunFactory,
    SuppressionFactory,
    TemplateTextFactory,
)
from tests.lifecycle.stage import NOW, event, paid, send

RANDOM_CASES = int(os.environ.get("RANDOM_CASES") or 10)  # of each operation, beside those at the limits of its fields
EVERYTHING: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
    allow_header_conformance,
]
# A bad event is refused inside an answer of 200, so that it does not stop the others.
ITEM_BY_ITEM: dict[str, list[CheckFunction]] = {"send_events": [negative_data_rejection]}


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests stay inside the test's transaction, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


hostile = schemathesis.openapi.from_dict(deepcopy(written_schema()))
hostile.app = get_wsgi_application()


@pytest.fixture(scope="module")
def mia(kept: None) -> User:
    """May do everything, on a database where the number that comes first is a customer's id."""
    mia = person("mia", *READS, *WRITES)
    first = CustomerFactory.create(id=0, owner=mia)
    AccountFactory.create(customer=first)
    say_something(first)
    load_defaults(now=NOW)
    mia.user_permissions.add(
        *Permission.objects.filter(content_type__app_label__in=("analytics", "campaigns", "customer_success"))
    )
    return mia


@pytest.fixture
def token(mia: User, db: None, _one_connection: None, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(
        SimpleRateThrottle, "THROTTLE_RATES", dict.fromkeys(("anon", "user", "login"), "1000000/minute")
    )
    return token_of(mia)


def say_something(customer: Customer) -> None:
    """A campaign and what it said, whose ids come first too."""
    version = CampaignVersionFactory.create(campaign__id=0, state="retired")
    CampaignVersionFactory.create(campaign=version.campaign)
    enrollment = EnrollmentFactory.create(id=0, version=version, customer=customer)
    message = DeliveryFactory.create(id=0, run=StepRunFactory.create(enrollment=enrollment), channel="in_app")
    ReceiptFactory.create(delivery=message)
    InAppMessageFactory.create(delivery=message)
    ConsentEntryFactory.create(customer=customer)
    TemplateTextFactory.create(template__id=0)
    SegmentFactory.create(id=0)
    SuppressionFactory.create(id=0)


def test_the_schema_is_valid_and_written_without_a_warning(tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


@hostile.parametrize()
@settings(max_examples=RANDOM_CASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_hostile_input_as_the_schema_says(case: Case, token: str) -> None:
    left_out = ITEM_BY_ITEM.get(case.operation.definition.raw["operationId"], [])

    case.call_and_validate(headers={"Authorization": token}, checks=EVERYTHING, excluded_checks=left_out)


@pytest.fixture
def ann(token: str) -> int:
    """Has bought twice, has moved, and has rules that she may meet; in a database with something in every list."""
    send(paid("ann", NOW, 20), paid("ann", NOW, 30), event("ann", "identify", email="ann@example.com", size=43))
    RecommendationFactory(evidence={"order_count": 1}, reasons=["high_value"])
    evaluate_everybody(lifecycle=Lifecycle.objects.get(code="commerce"), as_of=NOW, now=NOW)
    return Customer.objects.get(external_id="ann").id


COMMERCE = {"lifecycle": "commerce"}
MOVE = {"new_tag": "VIP", "reason": "Signed for a year", "manual_override": True, "expected_tag": "REPEAT"}
RULE = {
    **COMMERCE,
    "name": "Asleep",
    "from_tags": ["CUSTOMER"],
    "to_tag": "AT_RISK",
    "conditions": {"all": [{"metric": "days_since_order", "operator": ">=", "value": 30}]},
}
SAYS = {
    "definition": {
        **COMMERCE,
        "trigger": {"kind": "event", "name": "ORDER_PAID"},
        "message_class": "transactional",
        "steps": [{"key": "rest", "kind": "wait", "after": {"days": 1}}],
    }
}
CAMPAIGN = {**SAYS, "key": "thanks", "name": "Thanks"}
BATCH = {"events": [event("bob", "login"), event("bob", "identify", plan="gold")]}


@pytest.mark.parametrize(
    ("path", "method", "more"),
    [
        ("/api/customers", "GET", {"query": {**COMMERCE, "tag": "REPEAT"}}),
        ("/api/customers/{id}", "GET", {}),
        ("/api/customers/{id}/status-tags", "GET", {"query": COMMERCE}),
        (
            "/api/customers/{id}/status-tags",
            "POST",
            {"query": COMMERCE, "body": MOVE, "media_type": "application/json"},
        ),
        ("/api/customers/{id}/transitions", "GET", {}),
        ("/api/transitions", "GET", {"query": COMMERCE}),
        ("/api/customers/{id}/status-tags/explain", "GET", {"query": COMMERCE}),
        (
            "/api/customers/{id}/status-tags/pin",
            "POST",
            {"query": COMMERCE, "body": {"reason": "Promised"}, "media_type": "application/json"},
        ),
        ("/api/recommendations", "GET", {"query": {"state": "pending"}}),
        ("/api/evaluations", "GET", {"query": COMMERCE}),
        ("/api/rules", "GET", {"query": {"state": "published"}}),
        ("/api/rules", "POST", {"body": RULE, "media_type": "application/json"}),
        ("/api/rules/validate", "POST", {"body": RULE, "media_type": "application/json"}),
        ("/api/rules/lint", "GET", {"query": {**COMMERCE, "drafts": "true"}}),
        ("/api/metrics", "GET", {}),
        ("/api/lifecycles", "GET", {}),
        ("/api/events", "POST", {"body": BATCH, "media_type": "application/json"}),
        ("/api/v1/campaigns", "GET", {}),
        ("/api/v1/campaigns/validate", "POST", {"body": SAYS, "media_type": "application/json"}),
        ("/api/v1/campaigns", "POST", {"body": CAMPAIGN, "media_type": "application/json"}),
        ("/api/v1/campaigns/enrollments", "GET", {"query": {"state": "active"}}),
        ("/api/v1/campaigns/deliveries", "GET", {"query": {"channel": "in_app"}}),
        ("/api/v1/campaigns/suppressions", "GET", {}),
        ("/api/v1/campaigns/templates", "GET", {}),
        ("/api/v1/campaigns/segments", "GET", {}),
        ("/api/v1/campaigns/sending-switches", "GET", {}),
    ],
)
def test_answers_with_full_hands_as_the_schema_says(
    ann: int, token: str, path: str, method: str, more: dict[str, Any]
) -> None:
    numbers: dict[str, Any] = {"path_parameters": {"id": ann}} if "{id}" in path else {}
    case = hostile[path][method].Case(**numbers, **more)

    answer = case.call_and_validate(headers={"Authorization": token})

    assert answer.status_code in {200, 201}
    assert answer.json() != {"next": None, "previous": None, "results": []}
