"""Liquid, as authors of messages may write it: plain values, no files, no calls, nothing without a limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, UndefinedError, UnknownFilterError
from liquid.undefined import FalsyStrictUndefined, Undefined

from .errors import CannotRender
from .filters import KEPT, bounded

LONGEST_SOURCE = 100_000
# The first three are the library's own: text, output, and what it does not know.
_TAGS = (
    "content", "output", "illegal", "#", "assign", "break", "capture", "case", "comment", "continue", "echo", "for",
    "if", "unless",
)  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TOO_DEEP = "it is nested too deeply or grows too large"


class _Missing(FalsyStrictUndefined):
    """A value that is not there: it may be asked for and may get a ``default``, but is never written."""

    force_liquid_default = True


class _Named(Undefined):
    """Stands in a sample for a value that is not known: it shows its name, and a list of it has one item."""

    def __str__(self) -> str:
        return f"[{_name(self.hint or self.name)}]"

    def __iter__(self) -> Iterator[Any]:
        return iter([self])

    def __len__(self) -> int:
        return 1

    def __contains__(self, item: object) -> bool:
        return True


class Group(dict[str, Any]):
    """Values by name, without those that say nothing: an empty text, or blanks alone, is as good as none."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        super().__init__(
            (name, value)
            for name, value in pairs
            if value is not None and (not isinstance(value, str) or value.strip())
        )

    def __str__(self) -> str:
        raise CannotRender(f"{', '.join(self)[:100]}: these belong together; name one of them")


class _Limited(Environment):
    block_nesting_limit = 12
    context_depth_limit = 12
    loop_iteration_limit = 1_000
    local_namespace_limit = 200_000
    output_stream_limit = 300_000

    def setup_tags_and_filters(self, **options: Any) -> None:
        super().setup_tags_and_filters(**options)
        self.filters = bounded(self.filters)
        self.tags = {name: self.tags[name] for name in _TAGS}


@lru_cache
def _environment(*, is_html: bool, is_sample: bool) -> Environment:
    return _Limited(autoescape=is_html, undefined=_Named if is_sample else _Missing)


@lru_cache(maxsize=64)
def _parsed(source: str, is_html: bool, is_sample: bool) -> BoundTemplate:
    if len(source) > LONGEST_SOURCE:
        raise CannotRender(f"{len(source):,} characters are too many; {LONGEST_SOURCE:,} are allowed")
    return _environment(is_html=is_html, is_sample=is_sample).from_string(source)


def render(
    source: str, values: Mapping[str, Any], *, place: str, is_html: bool = False, is_sample: bool = False
) -> str:
    """One text with its values put in. ``is_sample``: what is missing shows its name. Raises ``CannotRender``."""
    with _named(place):
        text = _parsed(source, is_html, is_sample).render(values)
        if _CONTROLS.search(text):
            raise CannotRender("it has a control character in it", place)
        text.encode()
        return text


def names_in(source: str, *, place: str) -> list[list[Any]]:
    """The values that a text reads, such as ``["customer", "name"]``. Raises ``CannotRender``."""
    with _named(place):
        return _parsed(source, False, False).global_variable_segments()  # noqa: FBT003  a cache knows no keywords


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Whatever goes wrong becomes a sentence that names the place."""
    try:
        yield
    except CannotRender as error:
        raise CannotRender(error.message, place, error.line) from None
    except LiquidError as error:
        found = error.context() if error.token is not None else None
        raise CannotRender(_sentence(error), place, found[0] if found else 0) from None
    except UnicodeEncodeError:
        raise CannotRender("it has half a character in it (a lone surrogate)", place) from None
    except (RecursionError, MemoryError):
        raise CannotRender(_TOO_DEEP, place) from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise CannotRender(f"a value does not fit: {error}"[:200], place) from None


def _sentence(error: LiquidError) -> str:
    said = str(error.message)
    if isinstance(error, UndefinedError):
        name = _name(said)
        return f"{name} has no value; say what to write instead: {{{{ {name} | default: '…' }}}}"
    if isinstance(error, UnknownFilterError):
        return f"{said}; known are {', '.join(sorted(KEPT | {'date'}))}"
    if isinstance(error.__cause__, RecursionError):
        return _TOO_DEEP
    return said


def _name(hint: str) -> str:
    return hint.removesuffix(" is undefined").strip("'")
