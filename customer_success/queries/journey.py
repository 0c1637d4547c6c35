"""The way of a customer, as far as it is recorded: for its success story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from customer_success.models import AdvocacyActivity, AdvocacyStatus, AdvocacyType, SuccessProfile
from customer_success.rules.story import Figure, Step, StoryFacts, first_entries, story
from lifecycle.metrics.facts import IDENTIFY
from lifecycle.models import Customer, Event, Transition

from .accounts import goal_attainment

# What the profile says of the use of the product; a line is left out where a number is missing.
_USE = (
    ("{features_used} of {features_available} features in use", ("features_used", "features_available")),
    ("{active_users} of {licensed_users} licensed users active", ("active_users", "licensed_users")),
    ("Use cases in production: {use_cases}", ("use_cases",)),
    ("Business units that use it: {business_units}", ("business_units",)),
    ("Users trained: {users_trained}", ("users_trained",)),
)


def drafted_story(activity: AdvocacyActivity) -> str:
    """The success story of an activity's customer, as far as it is known."""
    return story(story_facts(activity))


def story_facts(activity: AdvocacyActivity) -> StoryFacts:
    """What is known for the story of an activity's customer. The quote: the activity's, or a collected testimonial."""
    customer = activity.customer
    profile = SuccessProfile.objects.filter(pk=customer.pk).prefetch_related("value_metrics").first()
    quoted = activity if activity.quote else _testimonial(customer)
    known: dict[str, Any] = {} if profile is None else _of_profile(profile)
    return StoryFacts(
        customer=str(customer),
        steps=journey(customer),
        quote=quoted.quote if quoted else "",
        quoted=", ".join(filter(None, (quoted.contact_name, quoted.contact_role))) if quoted else "",
        **known,
    )


def journey(customer: Customer) -> tuple[Step, ...]:
    """Each product and each status tag of all lifecycles, from when the customer first had it."""
    return first_entries((*_products(customer), *_tags(customer)))


def _products(customer: Customer) -> Iterator[Step]:
    told = Event.objects.filter(customer=customer, name=IDENTIFY, properties__product_tag__isnull=False)
    rows = list(told.order_by("occurred_at", "id").values_list("properties__product_tag", "occurred_at"))
    yield from (Step(str(code), at) for code, at in rows if code)
    if customer.product_tag and not rows:
        yield Step(customer.product_tag, None)


def _tags(customer: Customer) -> Iterator[Step]:
    moves = Transition.objects.filter(customer=customer, to_tag__isnull=False).order_by("applied_at", "id")
    yield from (Step(code, at) for code, at in moves.values_list("to_tag__code", "applied_at"))


def _of_profile(profile: SuccessProfile) -> dict[str, Any]:
    started, first = profile.onboarding_started_on, profile.first_value_on
    return {
        "roi": profile.roi,
        "objectives": tuple(profile.business_objectives),
        "implementation": tuple(
            text.format(**{name: getattr(profile, name) for name in names})
            for text, names in _USE
            if all(getattr(profile, name) is not None for name in names)
        ),
        "figures": tuple(
            Figure(one.name, one.unit, one.baseline, one.target, one.current) for one in profile.value_metrics.all()
        ),
        "goal_attainment": goal_attainment(profile),
        "days_to_first_value": (first - started).days if started and first and first >= started else None,
    }


def _testimonial(customer: Customer) -> AdvocacyActivity | None:
    collected = AdvocacyActivity.objects.filter(
        customer=customer, type=AdvocacyType.TESTIMONIAL, status=AdvocacyStatus.COMPLETED
    )
    return collected.exclude(quote="").order_by("-completed_at", "-id").first()
