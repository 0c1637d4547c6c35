"""Tables as CSV that a spreadsheet opens as text and numbers, never as formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from lifecycle.rules.explain import MINUS

from .words import NONE

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CHANGE = re.compile(r"[+-]\d{1,3}(,\d{3})*(\.\d+)?%?", re.ASCII)  # as dashboards write one, unlike +49301234


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, as_of: datetime) -> HttpResponse:
    """UTF-8 with a byte order mark, by which Excel knows it; of which instant it tells stands in its name."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = _named(name, as_of)
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([inert(one) for one in columns])
    writer.writerows([inert(one) for one in row] for row in rows)
    return answer


def csv_stream(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, as_of: datetime
) -> StreamingHttpResponse:
    """The same, sent row by row while it is read."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([inert(one) for one in row]) for row in chain([columns], rows))
    answer = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = _named(name, as_of)
    return answer


def _named(name: str, as_of: datetime) -> str:
    return f'attachment; filename="{name}-{as_of.astimezone(UTC):%Y-%m-%dT%H%MZ}.csv"'


class _Echo:
    """What is written comes back."""

    def write(self, text: str) -> str:
        return text


def inert(value: Any) -> Any:
    """Numbers as they are, missing values empty; a text that would be a formula gets an apostrophe before it; a
    change such as ``+3.0`` or ``−3.0`` is a number, with a hyphen."""
    if value is None or value == NONE:
        return ""
    if not isinstance(value, str):
        return value
    if _CHANGE.fullmatch(plain := value.replace(MINUS, "-")):
        return plain
    return f"'{value}" if value.startswith(_STARTS_A_FORMULA) else value
