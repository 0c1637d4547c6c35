"""A definition, finished or not, as the fields of the editor, each with what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.definition.words import name_of, path_name
from lifecycle.admin.rule_text import laid_out
from lifecycle.rules.parse import Problem

from .editor_fields import ABOUT, AFTER, ENDS, FINE, TRIGGERS, WHO, Choices, Field, Options, fields_of
from .editor_reading import Found, paths_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One field: ``values`` are those that are chosen where several can be."""

    field: Field
    name: str
    value: str
    choices: Choices
    values: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPath:
    place: str
    name: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class ShownStep:
    place: str
    number: str
    kind: str
    name: str
    says: str
    fields: tuple[Shown, ...]
    delay: tuple[Shown, ...]
    timeout: tuple[Shown, ...]
    fine: tuple[Shown, ...]
    paths: tuple[ShownPath, ...]
    problems: tuple[str, ...]
    is_first: bool
    is_last: bool

    @property
    def is_fine_open(self) -> bool:
        return any(one.problems for one in self.fine)


@dataclass(frozen=True, slots=True)
class ShownCampaign:
    trigger: tuple[Shown, ...]
    about: tuple[Shown, ...]
    who: tuple[Shown, ...]
    ends: tuple[Shown, ...]
    steps: tuple[ShownStep, ...]
    problems: tuple[str, ...]


class Showing:
    """``says``: by the place of a step, what it does in words."""

    def __init__(self, found: Found, problems: Iterable[Problem], says: Mapping[str, str]) -> None:
        self.found, self.says = found, says
        self.options = Options(str(found.get("lifecycle", "")))
        self.problems = list(problems)
        self.told: set[Problem] = set()

    def whole(self) -> ShownCampaign:
        found, kind = self.found, self.found.get("trigger", {}).get("kind", "")
        trigger, about, who, ends = (
            self._fields(fields, found, "") for fields in (TRIGGERS.get(kind, ()), ABOUT, WHO, ENDS)
        )
        steps = self._steps(found.get("steps", []), "steps", "")
        rest = tuple(dict.fromkeys(f"{one.path}: {one.sentence}".removeprefix(": ") for one in self.problems
                                   if one not in self.told))  # fmt: skip
        return ShownCampaign(trigger, about, who, ends, steps, rest)

    def _steps(self, steps: list[Found], place: str, number: str) -> tuple[ShownStep, ...]:
        return tuple(
            self._step(step, f"{place}[{n}]", f"{number}{n + 1}", is_first=n == 0, is_last=n == len(steps) - 1)
            for n, step in enumerate(steps)
        )

    def _step(self, step: Found, place: str, number: str, **ends: bool) -> ShownStep:
        kind = step["kind"]
        fields = self._fields(fields_of(kind), step, f"{place}.")
        delay, fine = (self._fields(some, step, f"{place}.") for some in (AFTER, FINE))
        paths = tuple(
            ShownPath(at, path_name(name), self._steps(step.get("paths", {}).get(name, []), at, f"{number}{name[0]}"))
            for name in paths_of(step) for at in (f"{place}.paths.{name}",)
        )  # fmt: skip
        return ShownStep(
            place, number, kind, name_of(kind), self.says.get(place, ""),
            tuple(one for one in fields if not one.field.name.startswith("timeout.")), delay,
            tuple(one for one in fields if one.field.name.startswith("timeout.")), fine, paths,
            self._problems(lambda path: path == place), **ends,
        )  # fmt: skip

    def _fields(self, fields: Iterable[Field], holder: Found, prefix: str) -> tuple[Shown, ...]:
        return tuple(self._field(field, holder, f"{prefix}{field.name}") for field in fields)

    def _field(self, field: Field, holder: Found, name: str) -> Shown:
        value: Any = holder
        for part in field.name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        chosen = tuple(str(one) for one in value) if isinstance(value, list) else ()
        problems = self._problems(lambda path: path == name or path.startswith((f"{name}.", f"{name}[")))
        return Shown(field, name, written(field, value), self._choices(field, value), chosen, problems)

    def _choices(self, field: Field, value: Any) -> Choices:
        """A value that is not among them stays to be seen."""
        choices = self.options.of(field)
        if field.type != "choice" or value is None or value in dict(choices):
            return choices
        return [*choices, (str(value), f"{value} (is not there)")]

    def _problems(self, belongs: Any) -> tuple[str, ...]:
        mine = [one for one in self.problems if belongs(one.path)]
        self.told.update(mine)
        return tuple(dict.fromkeys(one.sentence for one in mine))


def written(field: Field, value: Any) -> str:
    """A value as it stands in its field."""
    match field.type, value:
        case "tree", None:
            return '{"all": []}'
        case (("number" | "choice" | "clock" | "text"), None):
            return field.start  # what goes without saying
        case _, None:
            return ""
        case "tree", _:
            return value if isinstance(value, str) else laid_out(value)
        case "words", list():
            return ", ".join(map(str, value))
        case (("pairs" | "shares"), dict()):
            return "\n".join(f"{name}: {_spelled(one)}" for name, one in value.items())
        case "value", _:
            return _spelled(value)
        case "json", dict() | list():
            return json.dumps(value, ensure_ascii=False, indent=2)
        case "check", _:
            return "on" if value else ""
        case _:
            return str(value)


def _spelled(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (bool, float)) else str(value)
