"""From JSON to a scorecard with its alerts, or to sentences that say what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from lifecycle.rules.parse import MAX_NUMBER, MAX_SCALE, MetricType, Problem, shown

from .bands import HIGHEST, Band
from .reading import Reader
from .scorecard import AsItIs, Dimension, Measure, Scale, Scorecard, Step, Steps, Words, problems_of

# The best first. Codes of ``HealthLevel``, ``AlertKind`` and ``MilestonePriority``.
LEVELS = ("EXCELLENT", "GOOD", "FAIR", "POOR")
KINDS = ("SIGNIFICANT_DROP", "BELOW_THRESHOLD", "RED_ZONE")
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
DROP = KINDS[0]
MAX_DIMENSIONS, MAX_MEASURES, MAX_STEPS, MAX_ALERTS = 20, 20, 50, 10
MAX_DUE_HOURS = 24 * 365
WEIGHT_DECIMALS = 2
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class AlertRule:
    """``threshold``: the points of a drop above which it alerts, or the score below which it does."""

    kind: str
    threshold: int
    due_hours: int
    priority: str
    is_escalated: bool = False


@dataclass(frozen=True, slots=True)
class ScorecardText:
    card: Scorecard
    alerts: tuple[AlertRule, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs it reads, each once, in order."""
        return tuple(dict.fromkeys(one.metric for part in self.card.dimensions for one in part.measures))


class ScorecardError(ValueError):
    """The text was not accepted. ``problems`` lists every mistake that was found, with its place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{one.path or 'scorecard'}: {one.message}" for one in problems))


def read_scorecard(definition: object, inputs: Mapping[str, MetricType]) -> ScorecardText:
    """Read plain JSON values; ``inputs``: all that can be read, by name. Raises ``ScorecardError``."""
    reader = _Reader(inputs)
    text = reader.read(definition)
    if not reader.problems:
        reader.problems.extend(Problem("", problem) for problem in problems_of(text.card))
        reader.problems.extend(Problem("bands", problem) for problem in _disorder(text.card.bands))
    if reader.problems:
        raise ScorecardError(reader.problems)
    return text


def write_scorecard(text: ScorecardText) -> dict[str, Any]:
    """The one JSON spelling of a scorecard; ``read_scorecard`` reads it back to an equal one."""
    return {
        "dimensions": [
            {
                "code": part.code,
                "name": part.name,
                "weight": _plain(part.weight),
                "measures": [
                    {"input": one.metric, "weight": _plain(one.weight), "scale": _written(one.scale)}
                    for one in part.measures
                ],
            }
            for part in text.card.dimensions
        ],
        "bands": {band.code: band.starts_at for band in text.card.bands},
        "alerts": [
            {
                "kind": alert.kind,
                _bound(alert.kind): alert.threshold,
                "due_hours": alert.due_hours,
                "priority": alert.priority,
                "is_escalated": alert.is_escalated,
            }
            for alert in text.alerts
        ],
    }


class _Reader(Reader):
    def __init__(self, inputs: Mapping[str, MetricType]) -> None:
        super().__init__()
        self.inputs = inputs

    def read(self, definition: object) -> ScorecardText:
        written = self.mapping(definition, "", needed={"dimensions", "bands"}, allowed={"alerts"})
        dimensions = self.items(written.get("dimensions"), "dimensions", MAX_DIMENSIONS)
        alerts = self.items(written.get("alerts", []), "alerts", MAX_ALERTS)
        card = Scorecard(
            tuple(self.dimension(one, f"dimensions[{place}]") for place, one in enumerate(dimensions)),
            tuple(self.bands(written.get("bands"))),
        )
        read = tuple(self.alert(one, f"alerts[{place}]") for place, one in enumerate(alerts))
        for place, one in enumerate(read):
            if (one.kind, one.threshold) in {(other.kind, other.threshold) for other in read[:place]}:
                self.problem(f"alerts[{place}]", "the same alert stands there twice")
        return ScorecardText(card, read)

    def dimension(self, found: object, path: str) -> Dimension:
        written = self.mapping(found, path, needed={"code", "weight", "measures"}, allowed={"name"})
        code, name = written.get("code", ""), written.get("name", "")
        if not isinstance(code, str) or not _CODE.fullmatch(code):
            self.problem(f"{path}.code", "small letters, digits and _ only, up to 40, a letter first")
        if not isinstance(name, str) or len(name) > MAX_NAME or "\x00" in name:
            self.problem(f"{path}.name", f"a text of up to {MAX_NAME} characters")
        measures = self.items(written.get("measures"), f"{path}.measures", MAX_MEASURES)
        return Dimension(
            str(code),
            self.weight(written.get("weight"), f"{path}.weight"),
            tuple(self.measure(one, f"{path}.measures[{place}]") for place, one in enumerate(measures)),
            str(name) or str(code).replace("_", " ").capitalize(),
        )

    def measure(self, found: object, path: str) -> Measure:
        written = self.mapping(found, path, needed={"input", "weight", "scale"})
        name = written.get("input")
        known = self.inputs.get(name) if isinstance(name, str) else None
        if known is None:
            close = get_close_matches(str(name), self.inputs, n=1)
            hint = f"; do you mean {close[0]}?" if close else ""
            self.problem(f"{path}.input", f"there is no input {shown(name)}{hint}")
        return Measure(
            known.name if known else str(name),
            self.weight(written.get("weight"), f"{path}.weight"),
            self.scale(written.get("scale"), known, f"{path}.scale"),
        )

    def weight(self, found: object, path: str) -> Decimal:
        return self.number(found, path, WEIGHT_DECIMALS, Decimal(HIGHEST))

    def scale(self, found: object, known: MetricType | None, path: str) -> Scale:
        if found is None:
            return AsItIs()
        written = found if isinstance(found, dict) else {}
        if len(written) != 1 or next(iter(written)) not in {"steps", "words", "as_it_is"}:
            self.problem(path, "expected one of “steps”, “words” and “as_it_is”")
            return AsItIs()
        ((kind, value),) = written.items()
        if known and (kind == "words") != (known.type == "text"):
            right = "words" if known.type == "text" else "steps or as it is"
            self.problem(path, f"{known.name} is a {known.type}, which gets its points by {right}")
        match kind:
            case "steps":
                steps = self.items(value, f"{path}.steps", MAX_STEPS)
                return Steps(tuple(self.step(one, f"{path}.steps[{place}]") for place, one in enumerate(steps)))
            case "words":
                return self.words(value, known, f"{path}.words")
            case _:
                if value is not True:
                    self.problem(f"{path}.as_it_is", "must be true")
                return AsItIs()

    def step(self, found: object, path: str) -> Step:
        written = self.mapping(found, path, needed={"points"}, allowed={"at_least"})
        bound = written.get("at_least")
        at_least = None if bound is None else self.number(bound, f"{path}.at_least", MAX_SCALE, MAX_NUMBER)
        return Step(at_least, self.whole(written.get("points"), f"{path}.points", 0, HIGHEST))

    def words(self, found: object, known: MetricType | None, path: str) -> Words:
        if not isinstance(found, dict) or len(found) > MAX_STEPS:
            self.problem(path, f"expected up to {MAX_STEPS} words with their points")
            return Words(())
        for word in found:
            if known and known.choices and word not in known.choices:
                self.problem(path, f"{known.name} is never {shown(word)}; it is {', '.join(known.choices)}")
            elif "\x00" in str(word):
                self.problem(path, "texts must not contain the NUL character")
        return Words(tuple((str(word), self.whole(points, path, 0, HIGHEST)) for word, points in found.items()))

    def bands(self, found: object) -> Iterator[Band]:
        if found is None:
            return
        if not isinstance(found, dict):
            return self.problem("bands", f"expected levels with the score each starts at, got {shown(found)}")
        for code, start in found.items():
            if code not in LEVELS:
                self.problem("bands", f"there is no level {shown(code)}; there are {', '.join(LEVELS)}")
            yield Band(str(code), self.whole(start, f"bands.{code}", 0, HIGHEST))

    def alert(self, found: object, path: str) -> AlertRule:
        kind = found.get("kind") if isinstance(found, dict) else None
        kind = self.one_of(kind, KINDS, f"{path}.kind")
        bound = _bound(kind)
        written = self.mapping(found, path, needed={"kind", bound, "due_hours", "priority"}, allowed={"is_escalated"})
        is_escalated = written.get("is_escalated", False)
        if not isinstance(is_escalated, bool):
            self.problem(f"{path}.is_escalated", "must be true or false")
        return AlertRule(
            kind,
            self.whole(written.get(bound), f"{path}.{bound}", 1, HIGHEST),
            self.whole(written.get("due_hours"), f"{path}.due_hours", 1, MAX_DUE_HOURS),
            self.one_of(written.get("priority"), PRIORITIES, f"{path}.priority"),
            is_escalated is True,
        )


def _disorder(bands: tuple[Band, ...]) -> Iterator[str]:
    """Where a better level does not start above a worse one."""
    ordered = sorted(bands, key=lambda band: LEVELS.index(band.code))
    for better, worse in pairwise(ordered):
        if better.starts_at < worse.starts_at:
            yield f"{better.code} has to start above {worse.code}, which starts at {worse.starts_at}."


def _bound(kind: str) -> str:
    return "points" if kind == DROP else "below"


def _written(scale: Scale) -> dict[str, Any]:
    match scale:
        case Steps(steps):
            return {"steps": [{"at_least": _plain(one.at_least), "points": one.points} for one in steps]}
        case Words(points_of):
            return {"words": dict(points_of)}
        case AsItIs():
            return {"as_it_is": True}


def _plain(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
