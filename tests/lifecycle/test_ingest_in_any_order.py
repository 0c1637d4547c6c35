"""Events may come late, twice, in any order and in any parcels: what is known in the end is the same."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.metrics.facts import COMMUNITY, PASSIVE, VALUE_OF, VALUE_RANGE
from lifecycle.models import Event

from .stage import NOW, Tree, event, send, what_is_known

pytestmark = pytest.mark.django_db
NAMES = (
    "login",
    "ADD_TO_CART",
    "lesson_completed",
    "module_completed",
    "page_view",
    *["identify"] * 5,
    *VALUE_OF,
    *COMMUNITY,
    *PASSIVE,
)


def is_within(name: str, value: float) -> bool:
    low, high = VALUE_RANGE[name]
    return low <= value and (high is None or value <= high)


some_traits = st.dictionaries(
    st.sampled_from(["name", "plan", "color", "city"]), st.sampled_from([None, "a", "b", "c"]), max_size=3
)


@st.composite
def events(draw: st.DrawFn) -> Tree:
    name = draw(st.sampled_from(NAMES))
    properties: dict[str, Any] = {}
    if name in VALUE_OF:
        properties[VALUE_OF[name]] = draw(
            st.sampled_from([-0.5, 0, 0.1, 0.2, 1, 4, 5, 29.33, 99.9999]).filter(lambda value: is_within(name, value))
        )
    if name == "ORDER_PAID":
        properties |= draw(
            st.sampled_from([{}, {"order_id": "A"}, {"order_id": "B"}, {"order_id": 7}, {"order_id": None}])
        )
    if name == "identify":
        properties = draw(some_traits)
    at = NOW - timedelta(hours=draw(st.integers(0, 5)))
    return {**event(draw(st.sampled_from("abc")), name, at), "properties": properties}


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Tree], list[list[Tree]]]:
    """Some events, and the same ones shuffled, some of them twice, cut into parcels."""
    drawn = draw(st.lists(events(), min_size=1, max_size=14))
    named = [{**one, "message_id": str(number)} for number, one in enumerate(drawn)]
    sent = draw(st.permutations([*named, *draw(st.lists(st.sampled_from(named), max_size=5))]))
    cuts = sorted(draw(st.sets(st.integers(0, len(sent)), max_size=6)) | {0, len(sent)})
    return named, [list(sent[start:end]) for start, end in pairwise(cuts)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_order_parcels_and_repeats_make_no_difference(history: tuple[list[Tree], list[list[Tree]]]) -> None:
    in_order, in_parcels = history

    one_by_one = known_after([[one] for one in in_order])
    shuffled = known_after(in_parcels)

    assert shuffled == one_by_one


def known_after(parcels: list[list[Tree]]) -> list[Any]:
    with transaction.atomic():
        stored = sum(send(*parcel).stored for parcel in parcels)
        assert stored == Event.objects.count()
        known = what_is_known()
        transaction.set_rollback(True)
    return [stored, known]
