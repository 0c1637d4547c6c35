"""Whether a customer wants to hear of a topic, from what it said last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Word:
    """A yes or a no, and when it was said."""

    is_given: bool
    at: datetime


# The latest words of a customer by topic; without one: about all marketing.
Words = Mapping[int | None, Word]


def agrees(words: Words, topic: int | None, *, is_opt_in: bool = False) -> bool:
    """A no to the topic holds; a no to everything holds but for topics that got a yes later.

    Without a word marketing is wanted, unless the topic ``is_opt_in``: it takes a yes of its own.
    """
    own, general = words.get(topic), words.get(None)
    if own is not None and not own.is_given:
        return False
    if general is not None and not general.is_given:
        return own is not None and own.at > general.at
    return own is not None or not is_opt_in


def refuses(words: Words, topic: int | None) -> bool:
    """Whether another no would say nothing new."""
    word = words.get(topic)
    if word is None or word.is_given:
        return False
    return topic is not None or not any(one.is_given and one.at > word.at for one in words.values())
