"""Which of the languages of a message a customer reads."""

from __future__ import annotations

from collections.abc import Collection


def language_for(wanted: str, *, among: Collection[str], default: str) -> str:
    """The language itself (``de-AT``), a wider one (``de``), or the default; letters may be small or not."""
    known = {language.lower(): language for language in among}
    parts = wanted.replace("_", "-").lower().split("-")
    while parts:
        if found := known.get("-".join(parts)):
            return found
        parts.pop()
    return known.get(default.lower(), default)
