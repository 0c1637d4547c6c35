"""Lists for pages, each with what its rows show: a fixed number of statements, whatever their number."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Max, Min, Prefetch, QuerySet
from django.db.models.functions import Lower

from lifecycle.models import (
    BacktestRun,
    Customer,
    CustomerFacts,
    CustomerStatus,
    DailyMetrics,
    Evaluation,
    EvaluationState,
    Event,
    Lifecycle,
    Recommendation,
    RecommendationState,
    Rollback,
    RuleState,
    Transition,
    TransitionRule,
)

UNTAGGED = "(untagged)"


def customers() -> QuerySet[Customer]:
    """Customers with their current tags; a fixed number of statements whatever their number."""
    statuses = CustomerStatus.objects.select_related("lifecycle", "tag").order_by("lifecycle__code")
    return Customer.objects.prefetch_related(Prefetch("statuses", statuses))


def days_of(customer: Customer) -> QuerySet[DailyMetrics]:
    """What a customer did day by day, the latest first."""
    return DailyMetrics.objects.filter(customer=customer)


def backtests() -> QuerySet[BacktestRun]:
    """What was tried on stored history."""
    return BacktestRun.objects.select_related("lifecycle", "created_by")


def span_of_events() -> tuple[datetime, datetime] | None:
    """When the first and the last of all stored events happened."""
    found = CustomerFacts.objects.aggregate(first=Min("first_event_at"), last=Max("last_event_at"))
    return (found["first"], found["last"]) if found["first"] else None


def rollbacks() -> QuerySet[Rollback]:
    """What was taken back."""
    return Rollback.objects.select_related("lifecycle", "by", "undone_by")


def rules() -> QuerySet[TransitionRule]:
    """Every version of every rule."""
    related = ("lifecycle", "to_tag", "written_by", "published_by")
    return TransitionRule.objects.select_related(*related).prefetch_related("from_tags")


def rules_to_draw(lifecycle: Lifecycle) -> QuerySet[TransitionRule]:
    """The rules in force and those that may come into force, as they win."""
    return rules().filter(lifecycle=lifecycle).exclude(state=RuleState.RETIRED).order_by("priority", "id")


def rule_names(lifecycle: Lifecycle) -> dict[str, str]:
    """By key, as the newest version calls it."""
    return dict(TransitionRule.objects.filter(lifecycle=lifecycle).order_by("version").values_list("key", "name"))


def tag_names(lifecycle: Lifecycle) -> dict[str, str]:
    """By code, with that of no tag."""
    return {UNTAGGED: "No tag", **dict(lifecycle.tags.values_list("code", "name"))}


def lifecycles() -> QuerySet[Lifecycle]:
    """The lifecycles with their tags."""
    return Lifecycle.objects.prefetch_related("tags")


def transitions() -> QuerySet[Transition]:
    """The moves of all customers."""
    return Transition.objects.select_related("lifecycle", "from_tag", "to_tag", "rule", "by")


def transitions_of(customer: Customer) -> QuerySet[Transition]:
    """A customer's moves in all lifecycles, the latest first."""
    return transitions().filter(customer=customer).order_by("-id")


def moves_after(lifecycle: Lifecycle, transition_id: int) -> dict[str, int]:
    """How many moves were written after one, the most frequent first; keys: ``FROM>TO``."""
    moves = Transition.objects.filter(lifecycle=lifecycle, id__gt=transition_id)
    counted = moves.values_list("from_tag__code", "to_tag__code").annotate(count=Count("id")).order_by("-count")
    return {f"{before or UNTAGGED}>{after}": count for before, after, count in counted}


def latest_transitions() -> QuerySet[Transition]:
    """The moves recorded last, in all lifecycles."""
    related = ("customer", "lifecycle", "from_tag", "to_tag", "rule", "by")
    return Transition.objects.select_related(*related).order_by("-id")


def evaluations_to_watch() -> QuerySet[Evaluation]:
    """The runs that are under way or failed, the latest first."""
    to_watch = (EvaluationState.RUNNING, EvaluationState.FAILED)
    return Evaluation.objects.filter(state__in=to_watch).select_related("lifecycle").order_by("-id")


def waiting_recommendations() -> QuerySet[Recommendation]:
    """The decisions that wait for a person, the oldest first."""
    related = ("customer", "lifecycle", "from_tag", "rule__to_tag")
    return Recommendation.objects.filter(state=RecommendationState.PENDING).select_related(*related).order_by("id")


def recommendation_waiting(customer: Customer, lifecycle: Lifecycle) -> Recommendation | None:
    """The decision about a customer that waits, if any."""
    waiting = Recommendation.objects.filter(state=RecommendationState.PENDING, customer=customer, lifecycle=lifecycle)
    return waiting.first()


def refused_rules(customer: Customer, lifecycle: Lifecycle, *, since: datetime | None) -> set[int]:
    """The rules to which somebody said no for a customer, since it is in its tag."""
    said = Recommendation.objects.filter(state=RecommendationState.REJECTED, customer=customer, lifecycle=lifecycle)
    return set((said.filter(decided_at__gte=since) if since else said).values_list("rule_id", flat=True))


def recommendations() -> QuerySet[Recommendation]:
    """What was recommended in all lifecycles, with who decided."""
    related = ("customer", "lifecycle", "from_tag", "rule__to_tag", "decided_by")
    return Recommendation.objects.select_related(*related)


def evaluations() -> QuerySet[Evaluation]:
    """The runs of all lifecycles."""
    return Evaluation.objects.select_related("lifecycle")


def events_of(customer: Customer) -> QuerySet[Event]:
    """What a customer did, the latest first."""
    return Event.objects.filter(customer=customer).order_by("-occurred_at", "-id")


def published_rules(lifecycle: Lifecycle) -> QuerySet[TransitionRule]:
    """The rules in force, in the order in which they win."""
    rules = TransitionRule.objects.filter(lifecycle=lifecycle, state=RuleState.PUBLISHED)
    return rules.select_related("to_tag", "trust").prefetch_related("from_tags").order_by("priority", "id")


def heeded_rules(lifecycle: Lifecycle) -> QuerySet[TransitionRule]:
    """The rules that decide or are looked at in shadow: what they read has to be there."""
    return TransitionRule.objects.filter(lifecycle=lifecycle, state__in=(RuleState.PUBLISHED, RuleState.SHADOW))


def customer_ids_found(text: str, *, among: QuerySet[Customer], most: int = 10_001) -> QuerySet[Customer, int]:
    """Ids of customers whose external id, email or name begins with a text; case counts for the external id only.

    Each of the three ways follows an index of its own and stops at ``most``. ``among``: those that the asker sees.
    """
    lowered = text.lower()
    lower = among.annotate(lower_email=Lower("email"), lower_name=Lower("name")).order_by()
    by_id = among.filter(external_id__startswith=text).order_by().values_list("id", flat=True)[:most]
    by_email = lower.filter(lower_email__startswith=lowered).values_list("id", flat=True)[:most]
    by_name = lower.filter(lower_name__startswith=lowered).values_list("id", flat=True)[:most]
    return by_id.union(by_email, by_name)
