"""What a person has written in the editor, as plain JSON values: whatever it is, nothing of it gets lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from campaigns.definition.kinds import KINDS, PATHS
from campaigns.definition.text import MAX_DEPTH, MAX_STEPS
from lifecycle.rules.parse import Problem

from .editor_fields import ABOUT, AFTER, ENDS, FINE, TRIGGERS, WHO, Field, fields_of

Found = dict[str, Any]
NO_TREE: tuple[Found, ...] = ({}, {"all": []}, {"any": []})


class Written:
    """The definition that stands in a form, and what of it could not even be read."""

    def __init__(self, data: QueryDict) -> None:
        self._data = data
        self._places = set(data.getlist("at"))
        self.problems: list[Problem] = []
        self.steps_left = MAX_STEPS + 1
        lifecycle = data.get("lifecycle", "")
        kind = data.get("trigger.kind", "entered_tag")
        self.found: Found = {"lifecycle": lifecycle, "trigger": {"kind": kind}}
        if kind in {"entered_tag", "left_tag"}:
            self.found["trigger"]["lifecycle"] = lifecycle
        self._read(self.found, (*ABOUT, *WHO, *ENDS, *TRIGGERS.get(kind, ())), "")
        self.found["steps"] = self._steps("steps", 1)

    def _steps(self, place: str, depth: int) -> list[Found]:
        steps: list[Found] = []
        while depth <= MAX_DEPTH + 1 and self.steps_left and (here := f"{place}[{len(steps)}]") in self._places:
            self.steps_left -= 1
            steps.append(self._step(here, depth))
        return steps

    def _step(self, place: str, depth: int) -> Found:
        kind = self._data.get(f"{place}.kind", "")
        step: Found = {"key": "", "kind": kind}
        self._read(step, (*fields_of(kind), *AFTER, *FINE), f"{place}.")
        if kind == "wait_for":
            step.setdefault("timeout", {})
        if names := paths_of(step):
            step["paths"] = {name: self._steps(f"{place}.paths.{name}", depth + 1) for name in names}
        return step

    def _read(self, into: Found, fields: Iterable[Field], prefix: str) -> None:
        for field in fields:
            value = self._value(field, f"{prefix}{field.name}")
            if value not in (None, "", [], {}):
                holder, _, name = field.name.rpartition(".")
                (into.setdefault(holder, {}) if holder else into)[name] = value

    def _value(self, field: Field, place: str) -> Any:
        if field.type == "checks":
            chosen = self._data.getlist(place)
            return [_whole(one) for one in chosen] if field.name.endswith("weekdays") else chosen
        text = self._data.get(place, "").strip()
        if "\x00" in text:
            self.problems.append(Problem(place, "it has a character that cannot be stored"))
            text = text.replace("\x00", "\ufffd")
        match field.type:
            case "number":
                return _whole(text) if text else None
            case "check":
                return bool(text)
            case "words":
                return [word.strip() for word in text.split(",") if word.strip()]
            case "tree":
                tree = self._json(text, place)
                return None if tree in NO_TREE else tree
            case "json":
                return self._json(text, place)
            case "pairs":
                return {name: plain(value) for name, value in self._lines(text, place)}
            case "shares":
                return {name: _whole(share.rstrip("% ")) for name, share in self._lines(text, place)}
            case "value":
                return plain(text)
            case _:
                return int(text) if field.name == "reentry" and text.isdecimal() and len(text) < 9 else text

    def _json(self, text: str, place: str) -> Any:
        try:
            return _loaded(text) if text else None
        except (ValueError, RecursionError):
            self.problems.append(Problem(place, "this is no JSON"))
            return text

    def _lines(self, text: str, place: str) -> list[tuple[str, str]]:
        pairs = []
        for line in filter(str.strip, text.splitlines()):
            name, colon, value = line.partition(":")
            if not colon:
                self.problems.append(Problem(place, f"“{line.strip()[:40]}” has no colon between name and value"))
            pairs.append((name.strip(), value.strip()))
        return pairs


def paths_of(step: Found) -> tuple[str, ...]:
    """The names of the paths that part from a step as it was written."""
    shares = step.get("shares")
    if step["kind"] == "split":
        return tuple(shares) if isinstance(shares, dict) else ()
    return PATHS.get(step["kind"], ()) if step["kind"] in KINDS else ()


def plain(text: str) -> Any:
    """A number, true or false where it is one, else the text."""
    try:
        value = _loaded(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, (bool, int, float)) else text


def _whole(text: str) -> int | str:
    try:
        return int(text) if len(text) < 12 else text
    except ValueError:
        return text


def _loaded(text: str) -> Any:
    """Raises ``ValueError`` for what is no JSON, and for letters that can be neither shown nor stored."""
    value = json.loads(text, parse_constant=_refuse)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")
