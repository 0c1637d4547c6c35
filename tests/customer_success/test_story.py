"""The success story: filled from what is known, with brackets where nothing is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customer_success.engine.advocacy import AdvocacyNotAllowed, save_story
from customer_success.models import SuccessProfile
from customer_success.queries.journey import drafted_story, journey
from customer_success.rules.story import Step, StoryFacts, placeholders, story
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    CustomerFactory,
    EventFactory,
    LifecycleFactory,
    StatusTagFactory,
    TransitionFactory,
    UserFactory,
    ValueMetricFactory,
)
from tests.lifecycle.stage import NOW, days_ago


@pytest.fixture
def acme(db):
    """From Freemium over Pro to mastery in eight weeks."""
    customer = CustomerFactory.create(name="Acme", product_tag="PT_001")
    for code, days in (("PT_003", 56), ("PT_001", 50)):
        EventFactory.create(
            customer=customer, name="identify", occurred_at=days_ago(days), properties={"product_tag": code}
        )
    EventFactory.create(customer=customer, name="identify", occurred_at=days_ago(10), properties={"plan": "x"})
    lifecycle = LifecycleFactory.create(code="learning")
    tags = {code: StatusTagFactory.create(lifecycle=lifecycle, code=code) for code in ("ST_001", "ST_002", "ST_003")}
    for code, days in (("ST_001", 49), ("ST_002", 30), ("ST_001", 20), ("ST_002", 10), ("ST_003", 0)):
        TransitionFactory.create(
            customer=customer, lifecycle=lifecycle, from_tag=None, to_tag=tags[code], applied_at=days_ago(days)
        )
    return customer


def test_the_journey_names_each_tag_once_in_the_order_of_the_customer(acme):
    assert [step.code for step in journey(acme)] == ["PT_003", "PT_001", "ST_001", "ST_002", "ST_003"]


def test_a_product_that_no_event_told_comes_first(db):
    assert journey(CustomerFactory.create(product_tag="PT_002")) == (Step("PT_002", None),)


def test_fills_the_story_from_the_journey(acme):
    account = AccountFactory.create(customer=acme)
    SuccessProfile.objects.filter(pk=account.pk).update(
        roi=300, business_objectives=["Answer faster"], features_used=18, features_available=25,
        onboarding_started_on=date(2026, 1, 1), first_value_on=date(2026, 1, 29), goal_attainment=Decimal("87.5"),
    )  # fmt: skip
    ValueMetricFactory.create(
        profile=account.profile, name="Time to answer", unit="h", baseline=12, target=4, current=3
    )
    AdvocacyActivityFactory.create(
        customer=acme, type="TESTIMONIAL", status="COMPLETED", quote="We love it",
        contact_name="Ann", contact_role="CTO", requested_at=NOW, completed_at=NOW,
    )  # fmt: skip
    case_study = AdvocacyActivityFactory.create(customer=acme)

    assert (
        drafted_story(case_study)
        == """\
## Customer Success Story
**Customer**: Acme
**Journey**: PT_003 → PT_001 → ST_001 → ST_002 → ST_003
**Timeline**: 8 weeks
**ROI Achieved**: 300% of the subscription's cost

### Challenge
[Original pain point]
- Answer faster
- Time to answer: from 12 to 4 h

### Implementation
- 18 of 25 features in use

### Results
- Time to answer: 3 h, 12 before
- 87.5% of the agreed goals reached
- First value after 28 days

### Quote
"We love it"
– Ann, CTO
"""
    )


def test_the_story_tells_what_value_metrics_come_to_where_nobody_told_the_goals(acme):
    profile = AccountFactory.create(customer=acme).profile
    ValueMetricFactory.create(profile=profile, baseline=0, target=10, current=4)

    assert "40% of the agreed goals reached" in drafted_story(AdvocacyActivityFactory.create(customer=acme))


def test_what_is_not_known_stays_in_brackets():
    text = story(StoryFacts("Acme"))

    assert placeholders(text) == [
        "[Journey]", "[Duration]", "[ROI]", "[Original pain point]", "[Goals]", "[How they used the product]",
        "[Quantified outcomes and benefits]", "[Customer testimonial]",
    ]  # fmt: skip
    assert not any(letter.isdigit() for letter in text)


@pytest.mark.parametrize(
    ("days", "shown"), [(0, "[Duration]"), (1, "1 day"), (6, "6 days"), (7, "1 week"), (20, "2 weeks")]
)
def test_the_timeline_is_told_in_whole_weeks(days, shown):
    facts = StoryFacts("Acme", steps=(Step("PT_001", None), Step("A", NOW), Step("B", NOW + timedelta(days=days))))

    assert f"**Timeline**: {shown}\n" in story(facts)


def test_a_testimonial_that_is_not_collected_is_not_quoted(acme):
    AdvocacyActivityFactory.create(customer=acme, type="TESTIMONIAL", quote="We love it")

    assert "We love it" not in drafted_story(AdvocacyActivityFactory.create(customer=acme))


def test_only_a_case_study_has_a_story(acme):
    webinar = AdvocacyActivityFactory.create(customer=acme, type="WEBINAR")

    with pytest.raises(AdvocacyNotAllowed, match="case study"):
        save_story(activity=webinar, text="x", by=UserFactory.create(), now=NOW)
