"""What Ctrl-K finds beside the pages: customers and rules, a few of each."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from lifecycle import queries
from lifecycle.models import TransitionRule

EACH = 10


def found(request: HttpRequest, _lowered: str) -> list[SearchResult]:
    """Called by Unfold with the words in lower case; ids are looked up as they were typed."""
    text = request.GET.get("s", "").strip().replace("\x00", "")
    if not text:
        return []
    results: list[SearchResult] = []
    if request.user.has_perm("lifecycle.view_customer"):
        seen = queries.customers_seen(request.user)
        customers = seen.filter(id__in=queries.customer_ids_found(text, among=seen, most=EACH))[:EACH]
        results += [
            SearchResult(
                title=str(customer),
                description=f"Customer {customer.external_id if str(customer) != customer.external_id else ''}".strip(),
                link=reverse("admin:lifecycle_customer_change", args=[customer.id]),
                icon="person",
            )
            for customer in customers
        ]
    if request.user.has_perm("lifecycle.view_transitionrule"):
        rules = TransitionRule.objects.filter(Q(name__icontains=text) | Q(key__icontains=text))
        results += [
            SearchResult(
                title=str(rule),
                description=f"Rule of {rule.lifecycle}",
                link=reverse("admin:lifecycle_transitionrule_change", args=[rule.id]),
                icon="rule",
            )
            for rule in rules.select_related("lifecycle")[:EACH]
        ]
    return results
