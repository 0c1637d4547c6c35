"""Random scorecards over some inputs, accounts with random values of them, and what people write of a scorecard."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from customer_success.engine.scorecards import write_scorecard_draft
from customer_success.engine.scoring import publish_scorecard
from customer_success.models import ScorecardVersion, SuccessProfile
from lifecycle.models import Customer
from tests.factories import AccountFactory, CustomerFactory, ScorecardFactory, SuccessProfileFactory

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
NUMBERS = ("roi", "nps_score", "goal_attainment", "use_cases", "complaints")
JUDGEMENTS = ("performance", "renewal_intent")
BANDS = {"EXCELLENT": 80, "GOOD": 60, "FAIR": 40, "POOR": 0}
points = st.integers(0, 100)


def weights(draw: st.DrawFn, how_many: int) -> list[float]:
    """Of at most two decimals, 100 together."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), min_size=how_many - 1, max_size=how_many - 1)))
    return [(end - start) / 100 for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]


@st.composite
def scales(draw: st.DrawFn, name: str) -> dict[str, Any]:
    if name in JUDGEMENTS:
        words = draw(st.sets(st.sampled_from(("excellent", "good", "fair", "poor")), min_size=1))
        return {"words": {word: draw(points) for word in sorted(words)}}
    if draw(st.booleans()):
        return {"as_it_is": True}
    bounds = sorted(draw(st.sets(st.sampled_from((-5, 0, 0.5, 1, 3, 7.25, 50, 99.99, 100)), max_size=4)))
    return {"steps": [{"at_least": bound, "points": draw(points)} for bound in (None, *bounds)]}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    dimensions = []
    for number, weight in enumerate(weights(draw, draw(st.integers(1, 4)))):
        names = draw(st.lists(st.sampled_from((*NUMBERS, *JUDGEMENTS)), min_size=1, max_size=4, unique=True))
        shares = weights(draw, len(names))
        measures = [
            {"input": name, "weight": share, "scale": draw(scales(name))}
            for name, share in zip(names, shares, strict=True)
        ]
        dimensions.append({"code": f"part_{number}", "name": f"Part {number}", "weight": weight, "measures": measures})
    return {"dimensions": dimensions, "bands": BANDS, "alerts": []}


def one_measure(name: str = "goal_attainment", scale: dict[str, Any] | None = None) -> dict[str, Any]:
    """A scorecard of one input."""
    measure = {"input": name, "weight": 100, "scale": scale or {"as_it_is": True}}
    return {"dimensions": [{"code": "all", "weight": 100, "measures": [measure]}], "bands": BANDS}


def in_force(
    definition: dict[str, Any], *, applies_to: Any = None, priority: int = 10, now: datetime = LONG_AGO
) -> ScorecardVersion:
    draft = write_scorecard_draft(
        scorecard=ScorecardFactory(priority=priority), definition=definition, applies_to=applies_to, by=None
    )
    return publish_scorecard(version=draft, by=None, now=now)


def account(**values: Any) -> Customer:
    """A customer with an account whose profile says these things."""
    return SuccessProfileFactory(account=AccountFactory(profile=None), **values).account.customer


def some_accounts(random: Random, how_many: int) -> list[Customer]:
    return [account(**_some_values(random)) for _ in range(how_many)]


def _some_values(random: Random) -> dict[str, Any]:
    numbers = (None, None, 0, Decimal("0.5"), Decimal("0.49"), 1, 3, Decimal("7.25"), Decimal("9.99"))
    found: dict[str, Any] = {
        "roi": random.choice([*numbers, -5, Decimal("-0.01"), Decimal("1234.56")]),
        "nps_score": random.choice(numbers),
        "goal_attainment": random.choice([*numbers, Decimal("99.99"), 100]),
        "use_cases": random.choice([None, 0, 1, 7]),
        "complaints": random.choice([None, 0, 50]),
    }
    return {**found, **{name: random.choice([None, "excellent", "good", "fair", "poor"]) for name in JUDGEMENTS}}


def stranger() -> Customer:
    """A customer without an account."""
    return CustomerFactory()


def profile_of(customer: Customer) -> SuccessProfile:
    return SuccessProfile.objects.get(account_id=customer.id)
