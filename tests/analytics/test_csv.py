"""What a spreadsheet would run as a formula is text."""

from datetime import UTC, datetime

import pytest

from analytics.admin.csv_files import csv_file, csv_stream

NOW = datetime(2026, 3, 10, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=1+1", "+49301234", "-1+1", "@sum", "\t=1", "\r=1", "\n=1"])
def test_a_formula_is_text(text):
    body = csv_file("x", ["a"], [[text]], as_of=NOW).content.decode("utf-8-sig")

    assert f"'{text}" in body


@pytest.mark.parametrize("text", ["+3.0", "-12.5%", "+1,250", "-1,000,000"])
def test_a_change_is_a_number_as_in_the_table(text):
    assert "'" not in csv_file("x", ["a"], [[text]], as_of=NOW).content.decode("utf-8-sig")


def test_a_minus_sign_of_a_page_is_a_hyphen():
    body = csv_file("x", ["a", "b"], [["−12.5%", "revenue fell by −3"]], as_of=NOW).content.decode("utf-8-sig")

    assert body.splitlines()[1] == "-12.5%,revenue fell by −3"


@pytest.mark.parametrize("missing", [None, "–"])
def test_numbers_stay_numbers_and_missing_values_are_empty(missing):
    assert csv_file("x", ["a", "b"], [[-1, missing]], as_of=NOW).content.decode("utf-8-sig") == "a,b\r\n-1,\r\n"


@pytest.mark.parametrize("answer", [csv_file, csv_stream])
def test_the_name_says_of_which_instant_it_tells(answer):
    assert answer("x", ["a"], [], as_of=NOW)["Content-Disposition"] == 'attachment; filename="x-2026-03-10T1205Z.csv"'
