"""What is known of one account."""

from __future__ import annotations

from customer_success.models import Account
from lifecycle.models import Customer, StatusTag
from lifecycle.models import CustomerStatus as CurrentTag

LIFECYCLE = "account"


def account_of(customer: Customer) -> Account | None:
    """The account of a customer with its profile, if it is one."""
    return Account.objects.filter(customer=customer).select_related("profile", "customer__owner").first()


def status_of(customer: Customer) -> StatusTag | None:
    """Its status: the tag in the lifecycle of accounts."""
    current = CurrentTag.objects.filter(customer=customer, lifecycle__code=LIFECYCLE).select_related("tag").first()
    return current.tag if current else None
