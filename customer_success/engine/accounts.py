"""Accounts: opened for customers that a success manager looks after."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from customer_success.models import Account, SuccessProfile
from lifecycle.models import Customer


@transaction.atomic
def open_account(*, customer: Customer, now: datetime) -> Account:
    """Make a customer an account with an empty success profile; the account that there is, if there is one."""
    account, is_new = Account.objects.get_or_create(customer=customer, defaults={"opened_at": now, "updated_at": now})
    if is_new:
        SuccessProfile.objects.create(account=account, updated_at=now)
    return account
