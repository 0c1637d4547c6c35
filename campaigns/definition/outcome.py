"""What came of a scenario, beside what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .scenario import Expected, Scenario


@dataclass(frozen=True, slots=True)
class Line:
    """One thing at an instant. ``said``: what is known of it, or what is expected of it as far as it matters."""

    kind: str
    at: datetime
    said: Mapping[str, Any] = field(default_factory=dict)

    def meets(self, expected: Line) -> bool:
        return (self.kind, self.at) == (expected.kind, expected.at) and expected.said.items() <= self.said.items()


def differences(came: Iterable[Line], expected: Iterable[Line]) -> tuple[list[Line], list[Line]]:
    """What did not come though it was expected, and what came though it was not. Each line stands for one thing."""
    unexpected, missing = list(came), []
    for line in sorted(expected, key=lambda one: -len(one.said)):  # the most particular first
        found = next((one for one in unexpected if one.meets(line)), None)
        if found is None:
            missing.append(line)
        else:
            unexpected.remove(found)
    return sorted(missing, key=_at), unexpected


def expected_lines(scenario: Scenario) -> Iterator[Line]:
    expected = scenario.expect or Expected()
    for one in expected.enrollments:
        yield _line(scenario, "enrollment", one.at, ended=one.ended, reason=one.reason)
    for message in expected.messages:
        said = {name: getattr(message, name) for name in ("step", "channel", "template", "subject")}
        state = message.state or ("skipped" if message.skipped else "accepted")
        yield _line(scenario, "message", message.at, state=state, reason=message.skipped, **said)
    for kind, lines in (("task", expected.tasks), ("alert", expected.alerts)):
        for task in lines:
            yield _line(scenario, kind, task.at, title=task.title, team=task.team, due=task.due, state=task.state)
    for trait, value in expected.traits.items():
        yield Line("trait", scenario.ends, {"trait": trait, "value": value})


def _line(scenario: Scenario, kind: str, at: str, **said: str | None) -> Line:
    known: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    times = {name: scenario.instant(known[name]) for name in ("ended", "due") if name in known}
    return Line(kind, scenario.instant(at), known | times)


def _at(line: Line) -> datetime:
    return line.at
