"""Stand-ins of steps."""

import pytest

from campaigns.definition import kinds as says
from campaigns.engine import kinds, steps
from campaigns.engine.kinds import Done, Kind


@pytest.fixture
def sends(monkeypatch):
    """The enrollments to which emails went, by a channel that takes everything."""
    sent = []

    def send(works, watch):
        sent.extend(work.enrollment.id for work in works)
        return {work.run.id: Done() for work in works}

    email = Kind("email", says.Email, write=lambda work, facts: None, channel="email")
    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, "email": email})
    monkeypatch.setattr(steps, "send", send)
    return sent


@pytest.fixture
def broken(monkeypatch):
    """The enrollments for which a wait cannot be done."""
    found = set()

    def run(works, now):
        if found.intersection(work.enrollment.id for work in works):
            raise KeyError("no")
        return {work.run.id: Done() for work in works}

    monkeypatch.setattr(kinds, "_kinds", {**kinds._kinds, "wait": Kind("wait", says.Pause, run=run)})
    return found
