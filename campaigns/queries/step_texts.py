"""Texts with placeholders: those of steps, and what is wrong with any."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from campaigns.definition.kinds import Action, InApp, Webhook
from campaigns.definition.parts import Part
from campaigns.messages.box import names_in
from campaigns.messages.errors import CannotRender

from .placeholders import NAMES

# The settings that are Liquid, or have it in their texts.
_LIQUID: dict[type[Part], tuple[str, ...]] = {
    InApp: ("title", "body", "url"),
    Webhook: ("payload",),
    Action: ("parameters",),
}
_MOST = 20


def liquid_of(settings: Any, place: str) -> dict[str, str]:
    """The texts of a step that have something to fill in, by their places."""
    return {
        at: text
        for name in _LIQUID.get(type(settings), ())
        for at, text in texts_in(getattr(settings, name), f"{place}.{name}")
        if "{" in text
    }


def texts_in(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in what JSON brought, with its place."""
    match value:
        case str():
            yield place, value
        case dict():
            for name, one in value.items():
                yield from texts_in(one, f"{place}.{name}")
        case list():
            for number, one in enumerate(value):
                yield from texts_in(one, f"{place}[{number}]")


def mistakes(texts: Mapping[str, str], *, links: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The place and a sentence for each text that cannot be read, and each name that no message has.

    ``links``: the addresses that the texts may name.
    """
    left = dict(texts)
    for _ in range(_MOST):
        try:
            found = names_in(left) if left else {}
        except CannotRender as error:
            yield error.place, f"Line {error.line}: {error.message}" if error.line else error.message
            if left.pop(error.place, None) is None:
                return
        else:
            yield from ((place, said) for place, paths in found.items() for said in _unknown(paths, links))
            return


def _unknown(paths: list[list[Any]], links: Collection[str]) -> Iterator[str]:
    for root, *rest in paths:
        if root not in NAMES and root not in links:
            yield f"There is no {root}; {_instead(str(root), [*NAMES, *links])}"
        elif rest and (known := NAMES.get(root)) and isinstance(rest[0], str) and rest[0] not in known:
            yield f"There is no {root}.{rest[0]}; {_instead(rest[0], known, f'{root}.')}"


def _instead(name: str, known: Collection[str], group: str = "") -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {group}{close[0]}?" if close else f"there are {', '.join(list(known)[:12])}."
