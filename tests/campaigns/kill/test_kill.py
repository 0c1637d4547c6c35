"""No mail is lost, and none is sent twice, whatever dies."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from .bench import Case, played
from .records import OUT, violations

pytestmark = [pytest.mark.worker, pytest.mark.slow]
STEPS = int(os.environ.get("KILL_STEPS") or 2_000)


def test_nothing_is_lost_or_sent_twice_while_everything_is_killed_in_turn(servers, tmp_path):
    case = Case(steps=STEPS, faults=max(STEPS // 200, 1), share=0.002, refusals=STEPS // 20)
    with played(case, servers, tmp_path) as bench:
        records = bench.records()

        assert violations(records) == {}, bench.crew.log
        assert len(bench.nemesis.done) == case.faults
        assert len(records.uncertain) <= 0.02 * STEPS
        assert {one["state"] for one in records.messages} == {"accepted", "skipped", "uncertain"}

        records = bench.reconcile()

        assert violations(records) == {}
        assert Counter(message for _, message in records.mails) == Counter(records.ids(OUT))
