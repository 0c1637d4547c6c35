"""Statements call customers what pages call them."""

from __future__ import annotations

import pytest
from django.db import connection

from lifecycle.models import Customer
from lifecycle.models.customer import name_once_erased
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("external_id", ["c-1", name_once_erased("c-1")], ids=["there", "erased"])
@pytest.mark.parametrize("email", [None, "", "ann@example.com"])
@pytest.mark.parametrize("name", [None, "", "Ann"])
def test_a_statement_calls_a_customer_what_it_is_called(name: str | None, email: str | None, external_id: str) -> None:
    customer: Customer = CustomerFactory(name=name, email=email, external_id=external_id)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tenure_name(c) FROM lifecycle_customer AS c WHERE c.id = %s", [customer.id])
        assert cursor.fetchone() == (str(customer),)


def test_the_planner_writes_it_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN VERBOSE SELECT tenure_name(c) FROM lifecycle_customer AS c")
        assert "tenure_name" not in str(cursor.fetchall())
