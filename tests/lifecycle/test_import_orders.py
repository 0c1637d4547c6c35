"""``manage.py import_orders``: what a file of purchases becomes, and which exit code says so."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lifecycle.engine import orders
from lifecycle.engine.erasing import erase_customer
from lifecycle.models import Customer, CustomerFacts, Event, Order
from tests.factories import UserFactory

from .stage import what_is_known

pytestmark = pytest.mark.django_db
HEADER = "customer_id,date,quantity,amount"


class Answer(NamedTuple):
    code: int
    out: str
    err: str
    rejects: list[dict[str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Imports a file of that content and says how it ended."""

    def imported(content: str | bytes, *arguments: str) -> Answer:
        file = tmp_path / "orders.csv"
        rejects = tmp_path / "orders.csv.rejects.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        rejects.unlink(missing_ok=True)
        code = exit_code(str(file), *arguments)
        out, err = capsys.readouterr()
        usual = csv.field_size_limit(1_000_000)  # a rejected line may be longer
        try:
            rows = list(csv.DictReader(StringIO(rejects.read_text() if rejects.exists() else "")))
        finally:
            csv.field_size_limit(usual)
        return Answer(code, out, err, rows)

    return imported


def exit_code(*arguments: str) -> int:
    try:
        call_command("import_orders", *arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def facts(customer: str = "ann") -> CustomerFacts:
    return CustomerFacts.objects.get(customer__external_id=customer)


def test_purchases_become_paid_orders(run: Callable[..., Answer]) -> None:
    answer = run(f"{HEADER}\nann,1997-01-01,2,29.33\nann,1997-01-18,1,10\nbob,1997-02-03T10:00:00+02:00,1,5\n")

    assert (answer.code, answer.rejects) == (0, [])
    assert "3 purchases imported, 0 already there, 0 lines rejected" in answer.out
    assert (facts().order_count, facts().total_spend) == (2, Decimal("39.33"))
    assert facts("bob").last_order_at == datetime(1997, 2, 3, 8, tzinfo=UTC)
    event = Event.objects.order_by("id")[0]
    assert (event.source, event.name, event.received_at) == ("orders", "ORDER_PAID", event.occurred_at)
    assert event.properties == {"order_id": "day:1997-01-01", "quantity": 2, "amount": 29.33}


def test_the_same_file_again_adds_nothing(run: Callable[..., Answer]) -> None:
    content = f"{HEADER}\nann,1997-01-01,2,29.33\nann,1997-01-01,2,29.33\n"
    run(content)
    known = what_is_known()

    again = run(content)

    assert again.code == 0
    assert "0 purchases imported, 2 already there" in again.out
    assert what_is_known() == known


def test_two_identical_lines_are_two_purchases_of_one_order(run: Callable[..., Answer]) -> None:
    run(f"{HEADER}\nann,1997-01-01,2,29.33\nann,1997-01-01,2,29.33\n")

    assert Event.objects.count() == 2
    assert (facts().order_count, facts().total_spend) == (1, Decimal("58.66"))


def test_a_longer_file_adds_only_what_is_new(run: Callable[..., Answer]) -> None:
    run(f"{HEADER}\nann,1997-01-01,1,5\n")

    answer = run(f"{HEADER}\nann,1997-01-01,1,5\nann,1997-01-01,1,5\nbob,1997-01-01,1,5\n")

    assert "2 purchases imported, 1 already there" in answer.out
    assert facts().total_spend == 10


def test_an_order_id_says_what_belongs_together(run: Callable[..., Answer]) -> None:
    run(f"{HEADER},order_id\nann,1997-01-01,1,5,A\nann,1997-01-02,1,5,A\nann,1997-01-02,1,5,B\nann,1997-01-02,1,5,\n")

    assert facts().order_count == 3
    assert set(Order.objects.values_list("reference", flat=True)) == {"A", "B", "day:1997-01-02"}


def test_an_email_identifies_the_customer(run: Callable[..., Answer]) -> None:
    answer = run(
        f"{HEADER},email\nann,1997-01-02,1,5,new@example.com\nann,1997-01-01,1,5,old@example.com\nbob,1997-01-01,1,5,\n"
    )

    assert "3 purchases imported" in answer.out
    assert Customer.objects.get(external_id="ann").email == "new@example.com"
    assert Customer.objects.get(external_id="bob").email is None


def test_columns_may_have_other_names_and_stand_in_any_order(run: Callable[..., Answer]) -> None:
    answer = run(
        "Total, who ,ordered_on,n,colour\n5,ann,1997-01-01,1,red\n",
        *(
            part
            for name in ("date=ordered_on", "customer_id=who", "amount=Total", "quantity=n")
            for part in ("--column", name)
        ),
    )

    assert answer.code == 0
    assert facts().total_spend == 5


@pytest.mark.parametrize("renaming", ["date", "date=", "colour=red", "=x"])
def test_refuses_a_renaming_that_names_no_column(run: Callable[..., Answer], renaming: str) -> None:
    with pytest.raises(CommandError, match="OURS=THEIRS"):
        run(f"{HEADER}\n", "--column", renaming)


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("", (), "The file is empty"),
        ("\n\n", (), "The file is empty"),
        ("customer_id,date,quantity\n", (), "no column “amount”"),
        (f"{HEADER}\n", ("--column", "date=ordered_on"), "no column “ordered_on”"),
        (f"{HEADER}\n", ("--column", "email=mail"), "no column “mail”"),
        ("kunde;datum\n", (), "no column “customer_id”; it has kunde;datum"),
        (b"\xff\xfec\x00u\x00", (), "no column “customer_id”"),
    ],
)
def test_a_file_that_cannot_be_read_as_purchases_ends_with_2(
    run: Callable[..., Answer], content: str | bytes, arguments: tuple[str, ...], sentence: str
) -> None:
    answer = run(content, *arguments)

    assert answer.code == 2
    assert sentence in answer.err
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_no_file_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    code = exit_code(str(tmp_path / name))

    assert code == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_header_alone_imports_nothing_and_is_fine(run: Callable[..., Answer]) -> None:
    answer = run(f"{HEADER}\n")

    assert (answer.code, answer.rejects) == (0, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ann,1997-01-01,1", "3 cells, too few"),
        (",1997-01-01,1,5", "customer_id is empty"),
        ("  ,1997-01-01,1,5", "customer_id is empty"),
        ("ann,01/02/1997,1,5", "not a day such as"),
        ("ann,1997-02-30,1,5", "not a day such as"),
        ("ann,,1,5", "not a day such as"),
        ("ann,0001-01-01T00:00:00+14:00,1,5", "not a day such as"),
        (f"ann,{timezone.now() + timedelta(days=2):%Y-%m-%d},1,5", "lies in the future"),
        ("ann,1997-01-01,1,-5", "amount is -5, but must be from 0"),
        ("ann,1997-01-01,-1,5", "quantity is -1, but must be from 0"),
        ("ann,1997-01-01,1,NaN", "amount is NaN"),
        ("ann,1997-01-01,1,Infinity", "amount is Infinity"),
        ("ann,1997-01-01,1,five", "not a number"),
        ("ann,1997-01-01,1,", "not a number"),
        ("ann,1997-01-01,1,1e13", "amount is 1e13"),
        ("ann,1997-01-01,1,5.12345", "up to 4 decimals"),
        (f"{'x' * 201},1997-01-01,1,5", "longer than 200"),
        (f"{'x' * 200_000},1997-01-01,1,5", "not valid CSV"),
        ("a\x00nn,1997-01-01,1,5", "not UTF-8"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_reason(run: Callable[..., Answer], line: str, reason: str) -> None:
    answer = run(f"{HEADER}\ngood,1997-01-01,1,5\n{line}\ngood,1997-01-02,1,5\n")

    assert answer.code == 1
    assert "2 purchases imported, 0 already there, 1 line rejected" in answer.out
    assert [one["line"] for one in answer.rejects] == ["3"]
    assert reason in answer.rejects[0]["reason"]
    assert facts("good").total_spend == 10


def test_bytes_of_another_encoding_cost_only_their_own_line(run: Callable[..., Answer]) -> None:
    answer = run(
        f"{HEADER}\n".encode() + "müller,1997-01-01,1,5\n".encode("latin-1") + "müller,1997-01-01,1,6\n".encode()
    )

    assert (answer.code, [one["line"] for one in answer.rejects]) == (1, ["2"])
    assert facts("müller").total_spend == 6


def test_a_file_of_bad_lines_alone_ends_with_2(run: Callable[..., Answer]) -> None:
    answer = run(f"{HEADER}\nann,x,1,5\n")

    assert answer.code == 2
    assert len(answer.rejects) == 1


def test_a_bad_line_beside_known_purchases_ends_with_1(run: Callable[..., Answer]) -> None:
    run(f"{HEADER}\nann,1997-01-01,1,5\n")

    assert run(f"{HEADER}\nann,1997-01-01,1,5\nann,x,1,5\n").code == 1


def test_the_numbers_of_lines_count_quoted_line_ends(run: Callable[..., Answer]) -> None:
    answer = run(f'{HEADER},note\nann,1997-01-01,1,5,"two\nlines"\n\nann,x,1,5,bad\n"bob",1997-01-01,1,"5",\n')

    assert [one["line"] for one in answer.rejects] == ["5"]
    assert Event.objects.count() == 2


def test_marks_and_line_ends_of_other_systems_are_fine(run: Callable[..., Answer]) -> None:
    answer = run(b"\xef\xbb\xbf" + f"{HEADER}\r\nann,1997-01-01,1,5\r\n".encode())

    assert (answer.code, facts().total_spend) == (0, 5)


def test_the_rejects_are_mended_and_imported_in_their_turn(run: Callable[..., Answer], tmp_path: Path) -> None:
    run(f'{HEADER}\n"ann, the second",1997-01-01,1,five\nbob,1997-01-01,1,5\n')
    rejects = tmp_path / "orders.csv.rejects.csv"

    answer = run(rejects.read_text().replace(",five", ",5"))

    assert (answer.code, answer.rejects) == (0, [])
    assert set(Customer.objects.values_list("external_id", flat=True)) == {"ann, the second", "bob"}


def test_the_rejects_may_go_elsewhere(run: Callable[..., Answer], tmp_path: Path) -> None:
    answer = run(f"{HEADER}\nann,x,1,5\n", "--rejects", str(tmp_path / "bad.csv"))

    assert answer.rejects == []
    assert "x" in (tmp_path / "bad.csv").read_text()
    assert str(tmp_path / "bad.csv") in answer.err


def test_rejects_that_cannot_be_written_are_told(run: Callable[..., Answer], tmp_path: Path) -> None:
    answer = run(f"{HEADER}\nann,x,1,5\n", "--rejects", str(tmp_path))

    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert "line 2: date is “x”" in answer.err


def test_an_import_that_was_interrupted_is_completed_by_the_next_one(
    run: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"c{number % 7},1997-01-{1 + number % 28:02},1,{number % 3}.5" for number in range(1_300)]
    content = "\n".join([HEADER, *lines])
    store, calls = orders.ingest, iter([False, True])

    def interrupted(**arguments: object) -> object:
        if next(calls, False):
            raise KeyboardInterrupt
        return store(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(orders, "ingest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(content)
    kept = Event.objects.count()

    answer = run(content)

    assert 0 < kept < 1_300
    assert f"{1_300 - kept:,} purchases imported, {kept:,} already there" in answer.out
    assert Event.objects.count() == 1_300
    assert sum(CustomerFacts.objects.values_list("total_spend", flat=True)) == sum(
        Decimal(line.split(",")[3]) for line in lines
    )


def test_purchases_of_an_erased_customer_are_rejected(run: Callable[..., Answer]) -> None:
    lines = f"{HEADER}\nann,2026-01-01,1,5\nbob,2026-01-01,1,5\n"
    run(lines)
    erase_customer(customer=Customer.objects.get(external_id="ann"), by=UserFactory(), now=timezone.now())

    answer = run(lines)

    assert (answer.code, [one["reason"] for one in answer.rejects]) == (1, ["the customer was erased"])
    assert answer.out.startswith("0 purchases imported, 1 already there, 1 line rejected.")
