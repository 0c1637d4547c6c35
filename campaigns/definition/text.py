"""From JSON to a definition, or to sentences that say what is wrong and where; and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from lifecycle.rules.parse import Problem

from .kinds import PATHS, Split, WaitFor
from .parts import Definition, Delay, Key, Marks, Part, Path, Scheduled, Step, Tree, Trigger, Window

MAX_STEPS, MAX_DEPTH = 100, 5
Checks = Callable[[Tree], list[Problem]]


# What msgspec says, as people say it; a name stands for the field that is meant.
_PLAIN = (
    (re.compile(r"Object missing required field `(?P<name>\w+)`"), "this is needed"),
    (re.compile(r"Object contains unknown field `(?P<name>.*)`"), "there is no such field"),
    (re.compile(r"Expected `int` >= (-?\d+)"), r"at least \1"),
    (re.compile(r"Expected `int` <= (\d+)"), r"at most \1"),
    (re.compile(r"Expected `int`.*"), "write a whole number"),
    (re.compile(r"Expected `str` of length >= 1"), "this is needed"),
    (re.compile(r"Expected `str` of length <= (\d+)"), r"at most \1 letters"),
    (re.compile(r"Expected `str` matching regex '\^\[a-z\].*"), "small letters, digits and _, a letter first"),
    (re.compile(r"Expected `str` matching regex '\^\(.*"), "a time such as 09:00"),
    (re.compile(r"Expected `str`, got .*"), "write a text"),
    (re.compile(r"Expected `bool`.*"), "true or false"),
    (re.compile(r"Expected .*, got `null`"), "this is needed"),
    (re.compile(r"Expected `array`.*"), "a list is needed, […]"),
    (re.compile(r"Expected `object`.*"), "JSON such as {\"name\": \"value\"}"),
    (re.compile(r"Invalid (?:enum )?value (.*)"), r"there is no \1"),
)  # fmt: skip


class DefinitionError(ValueError):
    """The text was not accepted. ``problems`` lists every mistake that was found, with its place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{one.path or 'campaign'}: {one.message}" for one in problems))


class _Whole(Part, frozen=True):
    """The outermost level; steps are read one by one, so that each mistake is named."""

    lifecycle: str
    trigger: Trigger
    steps: list[dict[str, Any]]
    message_class: str = "marketing"
    topic: str = ""
    priority: int = 50
    reentry: str | int = "never"
    entry: Tree | None = None
    stay: Tree | None = None
    stay_in_tag: bool = False
    exit: Marks = Marks()
    goal: Marks = Marks()
    goal_within_days: int = 90
    holdout: int = 0


class _Step(Part, frozen=True):
    key: Key
    after: Delay = Delay()
    window: Window | None = None
    max_late_hours: int = 48
    paths: dict[Key, list[dict[str, Any]]] = {}


_OWN = frozenset(_Step.__struct_fields__)


def read_definition(found: object, *, kinds: Mapping[str, type[Part]], check_tree: Checks) -> Definition:
    """Read plain JSON values. ``check_tree`` gives the problems of a condition tree. Raises ``DefinitionError``."""
    reader = _Reader(kinds, check_tree)
    whole = reader.converted(found, _Whole, "")
    if whole is None:
        raise DefinitionError(reader.problems)
    reader.steps_left = MAX_STEPS
    definition = reader.whole(whole)
    reader.problems.extend(_disorder(definition))
    for place, tree in trees(definition):
        reader.problems += (Problem(f"{place}.{one.path}".rstrip("."), one.message) for one in check_tree(tree))
    if reader.problems:
        raise DefinitionError(reader.problems)
    return definition


def write_definition(definition: Definition) -> dict[str, Any]:
    """The one JSON spelling; ``read_definition`` reads it back to an equal definition."""
    written: dict[str, Any] = {
        name: _plain(getattr(definition, name))
        for name in _Whole.__struct_fields__
        if name != "steps" and getattr(definition, name) != _DEFAULTS.get(name, ...)
    }
    return {**written, "steps": [_written(step) for step in definition.steps]}


def trees(definition: Definition) -> Iterator[tuple[str, Tree]]:
    """Every condition tree with its place."""
    for place, holder in (("", definition), ("trigger", definition.trigger)):
        for name in ("entry", "stay", "condition"):
            if (tree := getattr(holder, name, None)) is not None:
                yield f"{place}.{name}".lstrip("."), tree
    for place, step in definition.all_steps():
        if (tree := getattr(step.settings, "condition", None)) is not None:
            yield f"{place}.condition", tree


class _Reader:
    def __init__(self, kinds: Mapping[str, type[Part]], check_tree: Checks) -> None:
        self.kinds = kinds
        self.problems: list[Problem] = []
        self.steps_left = MAX_STEPS
        self.keys: set[str] = set()

    def converted(self, found: object, into: Any, place: str) -> Any:
        try:
            return msgspec.convert(found, into)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            self.problems.append(_placed(f"{place}{path.rstrip('`')}", message))
            return None

    def whole(self, whole: _Whole) -> Definition:
        values = {name: getattr(whole, name) for name in _Whole.__struct_fields__ if name != "steps"}
        if not whole.steps:
            self.problems.append(Problem("steps", "a campaign needs at least one step"))
        return Definition(steps=self.steps(whole.steps, "steps", 1), **values)

    def steps(self, found: list[dict[str, Any]], place: str, depth: int) -> tuple[Step, ...]:
        if depth > MAX_DEPTH:
            self.problems.append(Problem(place, f"paths lie in each other more than {MAX_DEPTH} deep"))
            return ()
        read = (self.step(one, f"{place}[{number}]", depth) for number, one in enumerate(found))
        return tuple(step for step in read if step is not None)

    def step(self, found: dict[str, Any], place: str, depth: int) -> Step | None:
        """A step that is wrong keeps its place, so that the mistakes in its paths and in others are named as well."""
        self.steps_left -= 1
        if self.steps_left < 0:
            if self.steps_left == -1:
                self.problems.append(Problem(place, f"a campaign may have {MAX_STEPS} steps"))
            return None
        kind = found.get("kind")
        if not isinstance(kind, str) or kind not in self.kinds:
            known = ", ".join(sorted(self.kinds))
            self.problems.append(Problem(f"{place}.kind", f"there is no kind of step {kind!r}; known are {known}"))
            return Step("", "", None, Delay())
        own = self.converted({name: value for name, value in found.items() if name in _OWN}, _Step, place)
        own = own or _Step("", paths=_readable(found.get("paths")))
        rest = {name: value for name, value in found.items() if name not in _OWN and name != "kind"}
        settings = self.converted(rest, self.kinds[kind], place)
        if own.key and own.key in self.keys:
            self.problems.append(Problem(f"{place}.key", f"another step is called {own.key}"))
        self.keys.add(own.key)
        paths = self.paths(kind, settings, own.paths, place, depth)
        return Step(own.key, kind, settings, own.after, own.window, own.max_late_hours, paths)

    def paths(
        self, kind: str, settings: Any, found: dict[str, list[dict[str, Any]]], place: str, depth: int
    ) -> tuple[Path, ...]:
        names = PATHS.get(kind, ())
        if self.kinds[kind] is Split:
            names = tuple(found if settings is None else settings.shares)
        for name in found:
            if name not in names:
                right = f"; its paths are {', '.join(names)}" if names else "; this kind has none"
                self.problems.append(Problem(f"{place}.paths.{name}", f"there is no path {name}{right}"))
        return tuple(Path(name, self.steps(found.get(name, []), f"{place}.paths.{name}", depth + 1)) for name in names)


def _placed(path: str, message: str) -> Problem:
    """At the field that is meant, in words that say what would be right."""
    for pattern, says in _PLAIN:
        if found := pattern.fullmatch(message):
            name = found.groupdict().get("name")
            path = f"{path}.{name}" if name else path.removesuffix("[...]")
            return Problem(path.lstrip("."), found.expand(says))
    return Problem(path.lstrip("."), message)


def _readable(paths: object) -> dict[str, list[dict[str, Any]]]:
    """The paths of a step of which something else is wrong, as far as they can be read."""
    if not isinstance(paths, dict):
        return {}
    lists = {name: steps for name, steps in paths.items() if isinstance(name, str) and isinstance(steps, list)}
    return {name: steps for name, steps in lists.items() if all(isinstance(one, dict) for one in steps)}


_DEFAULTS = dict(zip(_Whole.__struct_fields__[3:], _Whole.__struct_defaults__, strict=True))


def _disorder(definition: Definition) -> Iterator[Problem]:
    """What no type can say."""
    if definition.message_class not in ("transactional", "marketing"):
        yield Problem("message_class", "it is transactional or marketing")
    if definition.message_class == "marketing" and not definition.topic:
        yield Problem("topic", "marketing needs a topic, so that customers can say no to it")
    if not 1 <= definition.priority <= 100:
        yield Problem("priority", "a whole number from 1, which comes first, to 100")
    if isinstance(trigger := definition.trigger, Scheduled) and trigger.every == "week" and trigger.day > 7:
        yield Problem("trigger.day", "a day of the week is 1, which is Monday, to 7")
    days = definition.reentry
    if days not in ("never", "always") and not (isinstance(days, int) and 1 <= days <= 3_660):
        yield Problem("reentry", "never, always, or a number of days from 1 to 3,660")
    if not 0 <= definition.holdout <= 90:
        yield Problem("holdout", "0 to 90 per cent")
    if not 1 <= definition.goal_within_days <= 366:
        yield Problem("goal_within_days", "1 to 366 days")
    for place, step in definition.all_steps():
        yield from _disorder_of(step, place)


def _disorder_of(step: Step, place: str) -> Iterator[Problem]:
    if not 1 <= step.max_late_hours <= 8_784:
        yield Problem(f"{place}.max_late_hours", "1 to 8,784 hours")
    match step.settings:
        case Split(shares=shares) if sum(shares.values()) != 100:
            yield Problem(f"{place}.shares", f"the shares sum up to {sum(shares.values())} per cent, not to 100")
        case WaitFor(event=event, condition=condition) if (event is None) == (condition is None):
            yield Problem(place, "it waits for an event or for a condition, one of the two")
        case _:
            pass


def _written(step: Step) -> dict[str, Any]:
    written = {"key": step.key, "kind": step.kind, **_plain(step.settings)}
    for name in ("after", "window"):
        if (value := getattr(step, name)) not in (None, Delay()):
            written[name] = _plain(value)
    if step.max_late_hours != _Step.__struct_defaults__[2]:
        written["max_late_hours"] = step.max_late_hours
    if step.paths:
        written["paths"] = {path.name: [_written(one) for one in path.steps] for path in step.paths}
    return written


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
