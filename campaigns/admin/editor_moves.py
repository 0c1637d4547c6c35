"""Adding, moving and removing steps in a definition that is being written."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from .editor_fields import fields_of
from .editor_reading import Found, paths_of, plain

_PART = re.compile(r"(\w+)(?:\[(\d+)\])?\.?")
_PLACE = re.compile(r"steps(\[\d+\]\.paths\.\w+)*(\[\d+\])?")


def added(found: Found, place: str, kind: str) -> str:
    """Put a step at the end of a path; returns its place, or nothing if there is no such path."""
    steps = _list_at(found, place)
    if steps is None or not kind:
        return ""
    new: Found = {"key": free_key(found, kind), "kind": kind}
    for field in fields_of(kind):
        if field.start and "." not in field.name:
            new[field.name] = _start(field.type, field.start)
    if kind == "wait_for":
        new["timeout"] = {"days": 3}
    if names := paths_of(new):
        new["paths"] = {name: [] for name in names}
    steps.append(new)
    return f"{place}[{len(steps) - 1}]"


def moved(found: Found, place: str, by: int) -> str:
    """Exchange a step with its neighbour; returns where it is now."""
    steps, number = _step_at(found, place)
    if steps is None or not 0 <= number + by < len(steps):
        return ""
    steps[number], steps[number + by] = steps[number + by], steps[number]
    return f"{place.rpartition('[')[0]}[{number + by}]"


def removed(found: Found, place: str) -> bool:
    """Take a step away with all that parts from it."""
    steps, number = _step_at(found, place)
    if steps is not None and number < len(steps):
        del steps[number]
        return True
    return False


def with_keys(found: Found) -> None:
    """Steps whose key was left empty get one."""
    for step in _all(found.get("steps", [])):
        step["key"] = step.get("key") or free_key(found, step["kind"] or "step")


def free_key(found: Found, kind: str) -> str:
    taken = {step.get("key") for step in _all(found.get("steps", []))}
    return next(key for n in count(1) if (key := f"{kind}_{n}") not in taken)


def _all(steps: list[Found]) -> list[Found]:
    return [one for step in steps for one in (step, *(deep for path in step.get("paths", {}).values()
                                                      for deep in _all(path)))]  # fmt: skip


def _step_at(found: Found, place: str) -> tuple[list[Found] | None, int]:
    path, _, number = place.removesuffix("]").rpartition("[")
    if not place.endswith("]") or not number.isdecimal() or len(number) > 3:
        return None, 0
    return _list_at(found, path), int(number)


def _list_at(found: Found, place: str) -> list[Found] | None:
    """The steps of a path, such as of ``steps[1].paths.yes``."""
    if len(place) > 1_000 or not _PLACE.fullmatch(place) or place.endswith("]"):
        return None
    here: Any = found
    for name, number in _PART.findall(place):
        here = here.get(name) if isinstance(here, dict) else None
        if number:
            here = here[int(number)] if isinstance(here, list) and int(number) < len(here) else None
    return here if isinstance(here, list) else None


def _start(kind: str, text: str) -> Any:
    if kind == "shares":
        return {"a": 50, "b": 50}
    return plain(text) if kind == "number" else text
