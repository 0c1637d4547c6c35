"""Purchases from a CSV file become paid-order events."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from lifecycle.metrics.facts import IDENTIFY
from lifecycle.rules.traits import problem_of

from .ingest import ingest
from .intake import MAX_BATCH, Rejected, SentEvent, check_batch

REQUIRED = ("customer_id", "date", "quantity", "amount")
OPTIONAL = ("order_id", "email")
SOURCE = "orders"
LONGEST = 200
MOST = Decimal(10) ** 12


class ImportRefused(ValueError):
    """The file cannot be read as purchases at all; nothing was imported."""


class LineRefused(ValueError):
    """One line is no purchase."""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """``cells`` as they stand in the file; a line that is no CSV is one cell, the line itself."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class Imported:
    """What became of a file: purchases that are new, that were there before, and lines that were refused."""

    header: tuple[str, ...] = ()
    stored: int = 0
    repeated: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    row: tuple[str, ...]
    events: tuple[SentEvent, ...]


def import_orders(
    *, file: BinaryIO, columns: Mapping[str, str], now: datetime, on_lines: Callable[[int], object] | None = None
) -> Imported:
    """Import purchases; ``columns`` gives the file's own name of a column where it differs from ours.

    A purchase is known by its content and by how many equal ones stand before it in the file. So
    a file can be imported again, or after an interruption, and two equal lines stay two purchases.
    Raises ``ImportRefused`` before anything is stored.
    """
    rows = _rows(file)
    imported = Imported(header=next(rows, (1, ("",), ""))[1])
    places = _places(imported.header, columns)
    waiting: list[_Line] = []
    seen: Counter[tuple[str, ...]] = Counter()
    done = 1
    for number, row, problem in rows:
        try:
            waiting.append(_Line(number, row, _purchase(row, places, problem, seen)))
        except LineRefused as refused:
            imported.rejected.append(RejectedLine(number, str(refused), row))
        if len(waiting) * 2 >= MAX_BATCH:  # a line may be two events
            _store(waiting, imported, now)
            waiting = []
            if on_lines:
                on_lines(number - done)
                done = number
    _store(waiting, imported, now)
    if on_lines:
        on_lines(sum(line.number - done for line in waiting[-1:]))
    return imported


def _rows(file: BinaryIO) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """The file's records: number of the first line, cells, and what is wrong with it as CSV."""
    # Bytes that are no UTF-8 become surrogates, so that only their own line is refused.
    lines = (line.decode("utf-8-sig" if at == 0 else "utf-8", "surrogateescape") for at, line in enumerate(file))
    read: list[str] = []
    reader = csv.reader(read.append(line) or line for line in lines)
    while True:
        number = reader.line_num + 1
        read.clear()
        try:
            row = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            yield number, ("".join(read).rstrip("\r\n"),), f"the line is not valid CSV: {error}"
            continue
        if row:
            yield number, row, ""


def _places(header: tuple[str, ...], columns: Mapping[str, str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    if not any(names):
        raise ImportRefused("The file is empty; its first line must name the columns.")
    places: dict[str, int] = {}
    for column in (*REQUIRED, *OPTIONAL):
        name = columns.get(column, column)
        if name in names:
            places[column] = names.index(name)
        elif column in REQUIRED or column in columns:
            found = ", ".join(names)[:200].encode("utf-8", "backslashreplace").decode()
            raise ImportRefused(
                f"The file has no column “{name}”; it has {found}. Name the right one with --column {column}=NAME."
            )
    return places


def _purchase(
    row: tuple[str, ...], places: Mapping[str, int], problem: str, seen: Counter[tuple[str, ...]]
) -> tuple[SentEvent, ...]:
    if problem:
        raise LineRefused(problem)
    if len(row) <= max(places.values()):
        raise LineRefused(f"the line has {len(row)} cells, too few")
    cells = {column: row[place].strip() for column, place in places.items()}
    for column, cell in cells.items():
        if len(cell) > LONGEST:
            raise LineRefused(f"{column} is longer than {LONGEST} characters")
        if any("\ud800" <= letter <= "\udfff" or letter == "\x00" for letter in cell):
            raise LineRefused(f"{column} is not UTF-8 text")
    customer = cells["customer_id"]
    if not customer:
        raise LineRefused("customer_id is empty")
    at = _instant(cells["date"])
    quantity, amount = _number("quantity", cells["quantity"]), _number("amount", cells["amount"])
    email = cells.get("email", "")
    if email and (wrong := problem_of({"email": email})):
        raise LineRefused(wrong)
    order = cells.get("order_id") or f"day:{at.date()}"
    content = (customer, at.isoformat(), str(quantity.normalize()), str(amount.normalize()), order)
    seen[content] += 1
    paid = SentEvent(
        message_id=f"{_digest(content)}:{seen[content]}",
        customer_id=customer,
        name="ORDER_PAID",
        occurred_at=at,
        properties={"order_id": order, "quantity": quantity, "amount": amount},
    )
    if not email:
        return (paid,)
    told = (customer, at.isoformat(), email)
    identify = SentEvent(
        message_id=f"identify:{_digest(told)}",
        customer_id=customer,
        name=IDENTIFY,
        occurred_at=at,
        properties={"email": email},
    )
    return paid, identify


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LineRefused(f"date is “{text[:40]}”, not a day such as 2026-01-31") from None


def _number(column: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise LineRefused(f"{column} is “{text[:40]}”, not a number such as 29.33") from None
    if not number.is_finite() or not 0 <= number <= MOST:
        raise LineRefused(f"{column} is {text[:40]}, but must be from 0 to {MOST:,}")
    if number != round(number, 4):
        raise LineRefused(f"{column} is {text[:40]}, but may have up to 4 decimals")
    return number


def _digest(content: tuple[str, ...]) -> str:
    return hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:40]


def _store(lines: list[_Line], imported: Imported, now: datetime) -> None:
    events = [(event, line) for line in lines for event in line.events]
    if not events:
        return
    batch = check_batch((event for event, _ in events), now=now)
    for rejected in batch.rejected:
        imported.rejected.append(_refused(events[rejected.index][1], rejected))
    stored = ingest(batch=batch, source=SOURCE, now=now, is_history=True)
    taken = [event for event in batch.events if event.customer_id not in stored.erased]
    gone = {line.number: line for event, line in events if event.customer_id in stored.erased}
    imported.rejected += (RejectedLine(one.number, "the customer was erased", one.row) for one in gone.values())
    paid = [event for event in taken if event.name != IDENTIFY]
    repeated = sum(event.message_id in stored.repeated for event in paid)
    imported.repeated += repeated
    imported.stored += len(paid) - repeated


def _refused(line: _Line, rejected: Rejected) -> RejectedLine:
    return RejectedLine(line.number, rejected.reason, line.row)
