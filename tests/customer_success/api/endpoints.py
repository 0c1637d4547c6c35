"""The endpoints of spec 3, in its order. It counts 30: alerts and opportunities twice, and one too many; these are all
that it lists."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from tests.customer_success.cast import API

ENDPOINTS = (
    ("GET", "/customers"),
    ("GET", "/customers/{id}"),
    ("POST", "/customers"),
    ("PUT", "/customers/{id}"),
    ("DELETE", "/customers/{id}"),
    ("GET", "/customers/{id}/profile"),
    ("PUT", "/customers/{id}/profile"),
    ("GET", "/customers/{id}/health-scores"),
    ("POST", "/customers/{id}/health-scores"),
    ("POST", "/customers/{id}/health-scores/calculate"),
    ("GET", "/customers/{id}/success-plans"),
    ("GET", "/success-plans/{plan_id}"),
    ("POST", "/customers/{id}/success-plans"),
    ("PUT", "/success-plans/{plan_id}"),
    ("POST", "/success-plans/{plan_id}/milestones"),
    ("PUT", "/success-plans/{plan_id}/milestones/{milestone_id}"),
    ("GET", "/customers/{id}/business-reviews"),
    ("POST", "/customers/{id}/business-reviews"),
    ("PUT", "/business-reviews/{review_id}"),
    ("GET", "/customers/{id}/advocacy-activities"),
    ("POST", "/customers/{id}/advocacy-activities"),
    ("PUT", "/advocacy-activities/{activity_id}"),
    ("GET", "/statistics"),
    ("GET", "/onboarding-metrics"),
    ("GET", "/advocacy-metrics"),
    ("GET", "/expansion-opportunities"),
    ("GET", "/health-alerts"),
)
NOTHING = object()


@dataclass
class Caller:
    """Calls endpoints by the paths of the list, and remembers which. ``ids`` fill the paths."""

    client: APIClient
    ids: dict[str, Any]
    called: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, method: str, path: str, body: Any = NOTHING, **ids: Any) -> Any:
        self.called.add((method, path.partition("?")[0]))
        text = "" if body is NOTHING else json.dumps(body)
        url = API + path.format(**{**self.ids, **ids})
        return self.client.generic(method, url, text, content_type="application/json")

    def answer(self, method: str, path: str, body: Any = NOTHING, *, status: int = 200) -> Any:
        """The body of an answer that has to be as expected."""
        answer = self(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None
