"""Accounts from a CSV file: all of them are opened, or none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customer_success.models import Account, CustomerStatus, SuccessProfile
from customer_success.queries.accounts import LIFECYCLE
from customer_success.rules.limits import SAID_OF_ACCOUNTS
from customer_success.rules.limits import problems_of as limit_problems
from lifecycle.engine.intake import MAX_BATCH
from lifecycle.engine.transitions import TransitionNotAllowed, initialize
from lifecycle.models import Customer, StatusTag
from lifecycle.rules.traits import problem_of

from .accounts import OPENED
from .tiers import set_tiers_by_revenue
from .traits import TraitRefused, tell

VALUES = (
    "annual_revenue", "lifetime_value", "contract_start_date", "contract_end_date", "renewal_date", "total_policies",
    "active_policies", "industry",
)  # fmt: skip
TRAITS = ("email", "name", "plan", "product_tag", "timezone")
COLUMNS = ("external_id", "owner", *VALUES, *TRAITS)
MOST_LINES = 100_000


class FileRefused(ValueError):
    """No account was opened. ``problems``: a sentence a line, with its number."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems[0])
        self.problems = problems


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A line of the file; an empty cell is left out."""

    external_id: str
    owner: str
    values: Mapping[str, Any]
    traits: Mapping[str, str]


def open_accounts(*, file: TextIO, now: datetime, on_line: Callable[[int], object] = lambda number: None) -> int:
    """Open an account for each line, at ONBOARDING where the customer has no status; returns how many.

    The columns are ``COLUMNS``, of which only external_id has to be there. ``owner`` is a username. Raises
    ``FileRefused`` with all bad lines.
    """
    new, problems = _read(file, on_line)
    owners = {user.get_username(): user for user in get_user_model().objects.filter(is_active=True)}
    known = Account.objects.filter(customer__external_id__in=list(new))
    accounts = set(known.values_list("customer__external_id", flat=True))
    for external_id, (line, one) in new.items():
        if one.owner and one.owner not in owners:
            problems.append((line, f"there is no user “{one.owner[:80]}”"))
        if external_id in accounts:
            problems.append((line, f"“{external_id}” is an account already"))
    if problems:
        raise FileRefused([f"Line {line}: {problem}." for line, problem in sorted(problems)])
    try:
        return _open([one for _, one in new.values()], owners, now)
    except IntegrityError:
        raise FileRefused(["Somebody opened one of these accounts at the same time; run it again."]) from None
    except (TraitRefused, TransitionNotAllowed) as error:
        raise FileRefused([str(error)]) from error


@transaction.atomic
def _open(new: list[NewAccount], owners: Mapping[str, Any], now: datetime) -> int:
    for at in range(0, len(new), MAX_BATCH):
        tell(traits={one.external_id: one.traits for one in new[at : at + MAX_BATCH]}, now=now)
    customers = Customer.objects.in_bulk([one.external_id for one in new], field_name="external_id")
    accounts = [
        Account(customer=customers[one.external_id], **one.values, opened_at=now, updated_at=now) for one in new
    ]
    Account.objects.bulk_create(accounts)
    SuccessProfile.objects.bulk_create(SuccessProfile(account=account, updated_at=now) for account in accounts)
    for name in {one.owner for one in new if one.owner}:
        wanted = [customers[one.external_id].id for one in new if one.owner == name]
        Customer.objects.filter(id__in=wanted, owner=None).update(owner=owners[name])
    set_tiers_by_revenue(accounts=accounts, reason=OPENED, now=now)
    tag = StatusTag.objects.select_related("lifecycle").get(lifecycle__code=LIFECYCLE, code=CustomerStatus.ONBOARDING)
    ids = [account.pk for account in accounts]
    initialize(lifecycle=tag.lifecycle, tag=tag, now=now, reason=OPENED, customers=ids)
    return len(accounts)


def _read(
    file: TextIO, on_line: Callable[[int], object]
) -> tuple[dict[str, tuple[int, NewAccount]], list[tuple[int, str]]]:
    """The accounts with their line numbers by external id, and what is wrong, by line."""
    new: dict[str, tuple[int, NewAccount]] = {}
    problems: list[tuple[int, str]] = []
    for line, cells in _rows(file):
        on_line(line)
        wrong = list(_wrong(cells))
        if not wrong and cells["external_id"] in new:
            wrong = [f"“{cells['external_id']}” stands in line {new[cells['external_id']][0]} already"]
        if wrong:
            problems.extend((line, problem) for problem in wrong)
        else:
            new[cells["external_id"]] = (line, _account(cells))
    if not new and not problems:
        raise FileRefused(["The file has no accounts."])
    return new, problems


def _rows(file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines with their cells by column, empty cells left out."""
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if unknown := [name for name in header if name not in COLUMNS]:
            raise FileRefused([f"There is no column “{unknown[0][:80]}”; the columns are {', '.join(COLUMNS)}."])
        if "external_id" not in header or len(set(header)) < len(header):
            raise FileRefused(["The first line must name each column once, external_id among them."])
        for row in reader:
            if reader.line_num > MOST_LINES + 1:
                raise FileRefused([f"The file may have {MOST_LINES:,} accounts."])
            if len(row) > len(header):
                raise FileRefused([f"Line {reader.line_num}: there are more cells than columns."])
            if row:
                yield (
                    reader.line_num,
                    {name: cell.strip() for name, cell in zip(header, row, strict=False) if cell.strip()},
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise FileRefused([f"Line {reader.line_num + 1}: this is no CSV in UTF-8: {error}."]) from error


def _wrong(cells: Mapping[str, str]) -> Iterable[str]:
    longest = Customer._meta.get_field("external_id").max_length
    if not 0 < len(cells.get("external_id", "")) <= (longest or 0):
        yield f"external_id must be a text of 1 to {longest} characters"
    if any("\x00" in cell for cell in cells.values()):
        yield "texts must not contain the NUL character"
    if problem := problem_of({name: cells[name] for name in TRAITS if name in cells}):
        yield problem
    for name in (name for name in VALUES if name in cells):
        try:
            Account._meta.get_field(name).clean(cells[name], None)  # type: ignore[union-attr]  # columns are fields
        except ValidationError as error:
            yield f"{name}: {' '.join(error.messages).rstrip('.')}"
            return
    yield from (sentence.rstrip(".") for sentence in limit_problems(_account(cells).values, SAID_OF_ACCOUNTS).values())


def _account(cells: Mapping[str, str]) -> NewAccount:
    fields = {name: Account._meta.get_field(name) for name in VALUES if name in cells}
    return NewAccount(
        external_id=cells.get("external_id", ""),
        owner=cells.get("owner", ""),
        values={name: field.to_python(cells[name]) for name, field in fields.items()},  # type: ignore[union-attr]  # columns are fields
        traits={name: cells[name] for name in TRAITS if name in cells},
    )
