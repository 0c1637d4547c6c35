"""Who looks after how many accounts, how much of their time that takes, and who could take the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, QuerySet

from customer_success.models import Account, Handover, TierPolicy
from customer_success.rules import capacity
from lifecycle.models import Customer, Team
from lifecycle.queries import in_portfolio, owners_seen, sees_everybody

GROUPS = ("Success manager", "Success lead")
MOST_AT_ONCE = 5_000

Numbers = Mapping[str | None, int]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A manager's accounts by tier, and the share of the manager's time that they take; 1 is all of it."""

    manager: Any
    accounts: Numbers
    load: Fraction
    leads: bool

    @property
    def number(self) -> int:
        return sum(self.accounts.values())


@dataclass(frozen=True, slots=True)
class Capacity:
    """The portfolios that a person sees. ``unassigned``: accounts of nobody by tier, for those who see everybody."""

    portfolios: tuple[Portfolio, ...]
    unassigned: Numbers
    ratios: capacity.Ratios

    @property
    def waiting(self) -> int:
        """How many of the unassigned accounts take a manager's time."""
        return sum(number for tier, number in self.unassigned.items() if capacity.weight(tier, self.ratios))

    @property
    def automatic(self) -> int:
        return sum(self.unassigned.values()) - self.waiting


@dataclass(frozen=True, slots=True)
class Proposal:
    """Unassigned accounts by the id of the manager who would take them."""

    accounts: Mapping[int, list[int]]

    @property
    def number(self) -> int:
        return sum(len(accounts) for accounts in self.accounts.values())

    @property
    def fingerprint(self) -> str:
        return sha256(repr(sorted(self.accounts.items())).encode()).hexdigest()[:16]


def managers(user: Any) -> QuerySet[Any]:
    """The people to whom a person may give customers: active ones who look after some, or whose part it is."""
    of_led_team = Team.members.through.objects.filter(user=OuterRef("pk"), team__leads__isnull=False)
    has_customers = Customer.objects.filter(owner=OuterRef("pk"))
    group = get_user_model().groups.through.objects.filter(user=OuterRef("pk"), group__name__in=GROUPS)
    people = get_user_model().objects.filter(
        Exists(group) | Exists(of_led_team) | Exists(has_customers), is_active=True
    )
    owners = owners_seen(user)
    return (people if owners is None else people.filter(id__in=owners)).order_by("username")


def managers_at_work(user: Any) -> QuerySet[Any]:
    """Those of them who are looked at beside each other: who leads and looks after nobody is left out."""
    leads = Team.leads.through.objects.filter(user=OuterRef("pk"))
    has_customers = Customer.objects.filter(owner=OuterRef("pk"))
    return managers(user).exclude(Exists(leads) & ~Exists(has_customers))


def capacity_of(user: Any) -> Capacity:
    """What a person sees of it: four statements, whatever the number of managers."""
    ratios = dict(TierPolicy.objects.values_list("tier", "accounts_per_manager"))
    leads = Team.leads.through.objects.filter(user=OuterRef("pk"))
    people = list(managers(user).annotate(leads_team=Exists(leads)))
    numbers: defaultdict[int | None, dict[str | None, int]] = defaultdict(dict)
    accounts = in_portfolio(Account.objects.all(), user)
    if not sees_everybody(user):
        accounts = accounts.filter(customer__owner__isnull=False)
    counted = accounts.order_by().values_list("customer__owner_id", "customer__tier").annotate(number=Count("pk"))
    for owner, tier, number in counted:
        numbers[owner][tier] = number
    portfolios = (
        Portfolio(one, numbers[one.pk], capacity.load(numbers[one.pk], ratios), one.leads_team) for one in people
    )
    ordered = sorted(portfolios, key=lambda one: (-one.load, one.manager.get_username()))
    return Capacity(tuple(ordered), numbers[None], ratios)


def after(found: Capacity, proposed: Proposal) -> list[Portfolio]:
    """The portfolios as they would be, of those who would take something."""
    ids = [account for accounts in proposed.accounts.values() for account in accounts]
    tiers = dict(Customer.objects.filter(id__in=ids).values_list("id", "tier"))
    portfolios = []
    for one in found.portfolios:
        if taken := proposed.accounts.get(one.manager.pk):
            numbers = Counter(one.accounts) + Counter(tiers[account] for account in taken)
            portfolios.append(replace(one, accounts=numbers, load=capacity.load(numbers, found.ratios)))
    return portfolios


def proposal(found: Capacity, among: Collection[int]) -> Proposal:
    """Who would take which of the unassigned accounts, the first ``MOST_AT_ONCE``, by free capacity."""
    tiers = [tier for tier, ratio in found.ratios.items() if ratio]
    waiting = Account.objects.filter(customer__owner=None, customer__tier__in=tiers).order_by("customer_id")
    accounts = waiting.values_list("customer_id", "customer__tier")[:MOST_AT_ONCE]
    loads = {one.manager.pk: one.load for one in found.portfolios if one.manager.pk in among}
    return Proposal(capacity.balance(accounts, loads, found.ratios))


def handovers() -> QuerySet[Handover]:
    """Who gave which customer to whom, the latest first."""
    return Handover.objects.select_related("customer", "from_owner", "to_owner", "by").order_by("-id")


def handovers_of(customer: Customer) -> QuerySet[Handover]:
    return handovers().filter(customer=customer)
