"""manage.py open_accounts: all accounts of a file, or none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command

from customer_success.models import Account, SuccessProfile, Task, TierChange
from lifecycle.models import Customer, CustomerStatus
from tests.factories import UserFactory
from tests.lifecycle.stage import event, send

from .cast import opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ground")]


@pytest.fixture
def run(tmp_path, capsys):
    def run(*lines, encoding="utf-8"):
        file = tmp_path / "accounts.csv"
        file.write_bytes("\n".join(lines).encode(encoding))
        code = 0
        try:
            call_command("open_accounts", str(file))
        except SystemExit as error:
            code = error.code
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_opens_accounts_of_new_and_known_customers(run):
    mia, other = UserFactory(username="mia"), UserFactory()
    send(event("known", "identify", name="Known", tier="ENTERPRISE"))
    Customer.objects.update(owner=other)

    code, said = run(
        "external_id,annual_revenue,contract_start_date,contract_end_date,owner,name",
        "acme, 25000.00 ,2026-01-01,2026-12-31,mia,Acme",
        "known,10,,,mia,",
        "",
        "empty,,,,,",
    )

    assert (code, said) == (0, "3 accounts opened.\n")
    acme = Customer.objects.get(external_id="acme")
    assert (acme.name, acme.tier, acme.owner) == ("Acme", "MID_MARKET", mia)
    assert acme.account.annual_revenue == Decimal("25000.00")
    known = Customer.objects.get(external_id="known")
    assert (known.name, known.tier, known.owner) == ("Known", "ENTERPRISE", other)
    assert list(Task.objects.values_list("customer", "type")) == [(known.id, "TIER_REVIEW")]
    assert list(TierChange.objects.values_list("customer", "to_tier")) == [(acme.id, "MID_MARKET")]
    assert SuccessProfile.objects.count() == 3
    standing = CustomerStatus.objects.filter(lifecycle__code="account")
    assert list(standing.values_list("tag__code", flat=True)) == ["ONBOARDING"] * 3


def test_tells_every_bad_line_and_opens_none(run):
    opened("there")

    code, said = run(
        "external_id,annual_revenue,contract_start_date,contract_end_date,owner,email",
        "good,1,,,,", "bad,many,,,,", "late,,2026-02-01,2026-01-01,,", "twice,,,,,", "twice,,,,,", ",1,,,,",
        "there,,,,,", "lost,,,,nobody,", "mail,,,,,x", f"{'x' * 201},,,,,", "minus,-1,,,,", "more,,,,,,,",
    )  # fmt: skip

    assert code == 2
    assert "Line 13: there are more cells than columns." in said
    code, said = run(
        "external_id,annual_revenue,contract_start_date,contract_end_date,owner,email",
        "good,1,,,,", "bad,many,,,,", "late,,2026-02-01,2026-01-01,,", "twice,,,,,", "twice,,,,,", ",1,,,,",
        "there,,,,,", "lost,,,,nobody,", "mail,,,,,x", f"{'x' * 201},,,,,", "minus,-1,,,,",
    )  # fmt: skip
    lines = said.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"Line {number}" for number in (3, 4, 6, 7, 8, 9, 10, 11, 12)
    ]
    assert "annual_revenue" in lines[0]
    assert "The contract has to end after it starts" in lines[1]
    assert "stands in line 5 already" in lines[2]
    assert lines[-1] == "No account was opened."
    assert Account.objects.count() == 1
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((), "external_id among them"), (("external_id",), "no accounts"), (("id", "1"), "There is no column “id”"),
        (("external_id,external_id", "1,1"), "each column once"), (("external_id", 'a"b"c\x00'), "NUL"),
        (("external_id", '"a'), "no CSV"),
    ],
)  # fmt: skip
def test_refuses_other_files_with_a_sentence(lines, sentence, run):
    code, said = run(*lines)

    assert code == 2
    assert sentence in said


def test_refuses_what_is_not_utf_8_or_not_there(run, capsys):
    assert run("external_id", "Müller", encoding="latin-1")[0] == 2
    with pytest.raises(SystemExit):
        call_command("open_accounts", "no-such-file.csv")
    assert "cannot be read" in capsys.readouterr().err


def test_costs_the_same_for_many(run, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        run("external_id,annual_revenue", *(f"customer-{number},{number}000" for number in range(60)))

    assert Account.objects.count() == 60
