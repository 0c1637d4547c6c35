"""The bench sees the mistakes that are usual in this field; otherwise it would prove nothing."""

from __future__ import annotations

import pytest

from .bench import Case, played
from .records import violations

pytestmark = [pytest.mark.worker, pytest.mark.slow]


@pytest.mark.parametrize(
    ("broken", "failpoint", "invariant"),
    [
        ("mark_first", "after_intent", "I2 what counts as sent was taken"),
        ("retry_on_expiry", "before_result", "I1 no message twice"),
        ("no_consent_recheck", "", "I6 none after the customer said no"),
    ],
)
def test_a_mistake_is_seen(servers, tmp_path, broken, failpoint, invariant):
    more = {} if failpoint else {"refusals": 15, "seconds": 20}
    case = Case(steps=40, broken=broken, failpoint=failpoint, **more)
    with played(case, servers, tmp_path) as bench:
        assert set(violations(bench.records())) == {invariant}, bench.crew.log
