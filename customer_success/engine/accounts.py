"""Accounts: opened for customers that a success manager looks after, changed, and closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from customer_success.models import Account, CustomerStatus, SuccessProfile
from customer_success.queries.accounts import LIFECYCLE
from customer_success.rules.limits import SAID_OF_ACCOUNTS, future_problems, problems_of
from lifecycle import queries
from lifecycle.engine import locks
from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.models import Customer, StatusTag
from lifecycle.models import CustomerStatus as Standing

from .tiers import TierNotChanged, follow_revenue, set_tier
from .traits import Traits, tell

OPENED = "Account opened"


class AccountError(ValueError):
    """What was asked does not fit the account; the message says why."""


class ValuesRefused(ValueError):
    """Nothing was stored. ``fields``: a sentence at each field that cannot be so."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class AccountText:
    """What somebody writes of an account; what is left out stays. ``values``: fields of ``Account``; ``traits``: name,
    email and others of the customer. ``reason``: why the tier or the status is another one."""

    values: Mapping[str, Any] = field(default_factory=dict)
    traits: Traits = field(default_factory=dict)
    tier: str | None = None
    status: str | None = None
    reason: str = ""


@transaction.atomic
def create_account(*, external_id: str, text: AccountText, owner: Any, by: Any, now: datetime) -> Account:
    """Open an account for a customer, who is created if need be, at ONBOARDING unless told otherwise.

    1. The customer is told the traits, and gets the owner if it has none. Another one is not replaced: that is a
       hand-over, with a note.
    2. The account and its profile.
    3. The tier: the given one, or by the revenue. 4. The status.

    Raises ``AccountError`` if there is such an account or another owner, ``ValuesRefused``, ``TraitRefused``.
    """
    _require_limits(text.values, now)
    known = Customer.objects.filter(external_id=external_id)
    if text.traits or not known.exists():
        tell(traits={external_id: text.traits}, now=now)
    customer = known.get()
    account, is_new = Account.objects.get_or_create(
        customer=customer, defaults={**text.values, "opened_at": now, "updated_at": now}
    )
    if not is_new:
        raise AccountError(f"{customer} is an account already.")
    SuccessProfile.objects.create(account=account, updated_at=now)
    if owner is not None and not known.filter(Q(owner=None) | Q(owner=owner)).update(owner=owner):
        raise AccountError(f"{customer} is with {customer.owner} already; hand it over on the page Portfolios.")
    account.customer.refresh_from_db()
    _settle(account, text, reason=text.reason or OPENED, is_new_revenue=True, by=by, now=now)
    if text.status is None and _tag_of(account.customer) is None:
        set_status(customer=account.customer, status=CustomerStatus.ONBOARDING, reason=OPENED, by=by, now=now)
    return account


@transaction.atomic
def update_account(*, account: Account, text: AccountText, by: Any, now: datetime) -> Account:
    """Change what is known of an account. A new revenue may lead to another tier (``follow_revenue``).

    Raises ``AccountError``, ``ValuesRefused``, ``TraitRefused``.
    """
    locks.share_writing()  # before the row, as those who write events do
    account = Account.objects.select_for_update(of=("self",)).select_related("customer").get(pk=account.pk)
    before = account.annual_revenue
    for name, value in text.values.items():
        setattr(account, name, value)
    _require_limits({one.attname: getattr(account, one.attname) for one in Account._meta.concrete_fields}, now)
    account.updated_at = now
    account.save()
    if text.traits:
        tell(traits={account.customer.external_id: text.traits}, now=now)
        account.customer.refresh_from_db()
    _settle(account, text, reason=text.reason, is_new_revenue=account.annual_revenue != before, by=by, now=now)
    return account


def close_account(*, customer: Customer, reason: str, by: Any, now: datetime) -> None:
    """Spec 3's soft delete: the status becomes CHURNED, everything stays. Raises ``AccountError``, twice as well."""
    set_status(customer=customer, status=CustomerStatus.CHURNED, reason=reason, by=by, now=now)


@transaction.atomic
def set_status(*, customer: Customer, status: str, reason: str, by: Any, now: datetime) -> None:
    """Move an account in its lifecycle by hand. Raises ``AccountError``."""
    tag = StatusTag.objects.select_related("lifecycle").filter(lifecycle__code=LIFECYCLE, code=status).first()
    if tag is None:
        raise AccountError(
            f"There is no status “{status}” in the lifecycle “{LIFECYCLE}”; run manage.py load_defaults."
        )
    if not Standing.objects.filter(customer=customer, lifecycle=tag.lifecycle).exists():
        enroll_everybody(lifecycle=tag.lifecycle)
    seen = queries.current_tag(customer, tag.lifecycle)
    try:
        override_tag(customer=customer, to_tag=tag, seen_tag=seen, reason=reason, by=by, now=now)
    except TransitionNotAllowed as error:
        raise AccountError(str(error)) from error


def _settle(account: Account, text: AccountText, *, reason: str, is_new_revenue: bool, by: Any, now: datetime) -> None:
    customer = account.customer
    is_new_tier = text.tier is not None and text.tier != customer.tier
    is_new_status = text.status is not None and text.status != _tag_of(customer)
    if (is_new_tier or is_new_status) and not reason.strip():
        raise ValuesRefused({"reason": "Another tier or status needs a reason; it stands in the history."})
    try:
        if text.tier is not None and is_new_tier:
            set_tier(customer=customer, tier=text.tier, reason=reason, by=by, now=now)
        elif text.tier is None and is_new_revenue and account.annual_revenue is not None:
            follow_revenue(customer=customer, revenue=account.annual_revenue, now=now)
    except TierNotChanged as error:
        raise AccountError(str(error)) from error
    if text.status is not None and is_new_status:
        set_status(customer=customer, status=text.status, reason=reason, by=by, now=now)


def _tag_of(customer: Customer) -> str | None:
    found = Standing.objects.filter(customer=customer, lifecycle__code=LIFECYCLE)
    return found.values_list("tag__code", flat=True).first()


def _require_limits(values: Mapping[str, Any], now: datetime) -> None:
    contact = {"last_contact_at": values.get("last_contact_at")}
    if problems := {**problems_of(values, SAID_OF_ACCOUNTS), **future_problems(contact, now=now)}:
        raise ValuesRefused(problems)
