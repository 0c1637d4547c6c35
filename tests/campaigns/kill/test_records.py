"""Each invariant is seen to be broken when it is, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .records import Records, violations

MESSAGE = {"id": "m", "state": "accepted", "reason": "", "attempts": 1, "due": 100.0}
RUN = {"id": "r", "state": "done", "reason": "", "attempts": 1}
GOOD = Records(mails=[(100.5, "m")], messages=[MESSAGE], runs=[RUN], stuck=[], unwanted=[])


def of_message(**said):
    return {"messages": [{**MESSAGE, **said}]}


def of_run(**said):
    return {"runs": [{**RUN, **said}]}


@pytest.mark.parametrize(
    "said",
    [
        {},
        of_message(state="uncertain", reason="Its answer was lost."),
        {**of_message(state="skipped", reason="no_consent"), "mails": []},
        of_run(state="failed", reason="No worker that took it came to its end.", attempts=4),
    ],
)
def test_a_run_without_fault_breaks_nothing(said):
    assert violations(replace(GOOD, **said)) == {}


@pytest.mark.parametrize(
    ("said", "invariant"),
    [
        ({"mails": [(100.5, "m"), (101.0, "m")]}, "I1"),
        ({"mails": []}, "I2"),
        ({"mails": [(100.5, "m"), (101.0, "nobody's")]}, "I3"),
        (of_message(state="skipped", reason="no_consent"), "I3"),
        (of_message(state="sending"), "I4"),
        (of_run(state="waiting"), "I4"),
        ({"stuck": ["7"]}, "I4"),
        ({"mails": [(99.9, "m")]}, "I5"),
        ({"unwanted": ["m"]}, "I6"),
        (of_run(attempts=5), "I7"),
        (of_message(attempts=13), "I7"),
        (of_run(state="skipped"), "I8"),
        (of_message(state="uncertain"), "I8"),
    ],
)
def test_what_is_broken_is_named(said, invariant):
    assert [name.split()[0] for name in violations(replace(GOOD, **said))] == [invariant]
