"""A worker that dies at the worst moments, one after the other."""

from __future__ import annotations

import pytest

from campaigns.engine.failpoints import POINTS

from .bench import Case, played
from .records import violations

pytestmark = [pytest.mark.worker, pytest.mark.slow]


@pytest.mark.parametrize("point", sorted(POINTS))
def test_a_worker_that_dies_anywhere_loses_nothing_and_sends_nothing_twice(servers, tmp_path, point):
    with played(Case(steps=40, failpoint=point), servers, tmp_path) as bench:
        records = bench.records()

        assert violations(records) == {}, bench.crew.log
        assert bool(records.uncertain) == (point in {"after_intent", "before_result"})
        assert len(records.ids({"accepted", "uncertain"})) == 40
