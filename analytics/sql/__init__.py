"""The reports: one file each, plain SQL, which starts with what it answers.

The first lines of a file are its header, ``-- Name: text`` each:

    Answers   the question, in one sentence
    Kept      what a day's snapshot writes of it: ``each day``, or ``each day, by lifecycle``; such a report gives the
              columns ``part, value, n``. Without this line it is asked when somebody looks.
    Note      what a reader has to know: sources, choices that were made; several lines are one text

A key figure (``kpi_…``) gives ``customer_id, value`` for each customer that counts, a ratio ``whole`` as well.

Parameters: ``as_of`` (an instant; nothing later counts), ``owners`` (ids of the success managers whose customers count;
NULL: everybody's), ``lifecycle`` (an id), ``account`` (the id of the lifecycle of accounts),
and what else the statement names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    answers: str
    kept: str
    statement: str
    note: str = ""

    @property
    def is_kept(self) -> bool:
        return bool(self.kept)

    @property
    def is_by_lifecycle(self) -> bool:
        return self.kept.endswith("by lifecycle")


@cache
def reports() -> Mapping[str, Report]:
    """All of them, by name."""
    return MappingProxyType({path.stem: _read(path) for path in sorted(FOLDER.glob("*.sql"))})


def _read(path: Path) -> Report:
    lines = path.read_text().splitlines()
    header = [line.removeprefix("-- ").split(": ", 1) for line in lines if line.startswith("-- ") and ": " in line]
    said = dict(header)
    note = " ".join(text for name, text in header if name == "Note")
    statement = "\n".join(line for line in lines if not line.lstrip().startswith("--")).strip()
    return Report(path.stem, said["Answers"], said.get("Kept", ""), statement, note)
