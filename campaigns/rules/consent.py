"""Whether a customer wants to hear of a topic, from its latest words: yes or no by topic, or to all marketing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# By topic; without one: about all marketing.
Words = Mapping[int | None, bool]


def together(said: Iterable[Words]) -> Words:
    """What a customer and its address said: the no of either counts."""
    found: dict[int | None, bool] = {}
    for words in said:
        for topic, is_given in words.items():
            found[topic] = is_given and found.get(topic, True)
    return found


def is_stopped(words: Words) -> bool:
    """A no to everything counts whatever was said about topics."""
    return words.get(None) is False


def agrees(words: Words, topic: int | None, *, is_opt_in: bool = False) -> bool:
    """Without a word marketing is wanted, unless the topic ``is_opt_in``: it takes a yes of its own."""
    return not is_stopped(words) and words.get(topic, topic is None or not is_opt_in)
