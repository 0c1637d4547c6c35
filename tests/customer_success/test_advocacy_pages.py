"""The pages of advocacy and expansion: who sees what, and what each step does."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customer_success.models import AdvocacyActivity, AdvocacyPolicy, ExpansionOpportunity
from customer_success.templatetags.story import story_html
from tests.admin.conftest import person
from tests.factories import (
    AccountFactory,
    AdvocacyActivityFactory,
    CustomerFactory,
    CustomerHealthFactory,
    ExpansionOpportunityFactory,
)

pytestmark = pytest.mark.django_db
ACTIVITIES, EXPANSION = "customer_success_advocacyactivity", "customer_success_expansionopportunity"


def page(name, *args):
    return reverse(f"admin:{name}", args=args)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def mia(db):
    user = person("mia")
    user.user_permissions.set(
        Permission.objects.filter(
            codename__in=[
                f"{verb}_{model}"
                for verb in ("view", "add", "change")
                for model in ("advocacyactivity", "expansionopportunity")
            ]
        )
    )
    return user


@pytest.fixture
def client(mia):
    return client_of(mia)


@pytest.fixture
def acme(mia):
    return AccountFactory.create(customer=CustomerFactory.create(name="Acme", owner=mia)).customer


def test_plans_an_activity_and_shows_what_speaks_against_asking(client, acme, mia):
    AdvocacyActivityFactory.create(customer=acme, status="CANCELLED", requested_at=timezone.now())
    form = {"customer": acme.id, "type": "WEBINAR", "title": "On claims", "content_url": "https://example.com/x"}

    client.post(page(f"{ACTIVITIES}_add"), form)

    made = AdvocacyActivity.objects.get(title="On claims")
    assert (made.status, made.owner, made.created_by) == ("PENDING", mia, mia)
    answer = client.get(page(f"{ACTIVITIES}_change", made.id)).content.decode()
    assert "Acme cannot be asked now: it was asked on" in answer
    assert f"{timezone.now():%-d %b %Y}: planned" in answer


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "a\0b"), ("content_url", "ftp://example.com"), ("outcome_value", "-1"),
     ("contact_email", "ann"), ("type", "PARTY")],
)  # fmt: skip
def test_says_at_the_field_what_is_wrong(client, acme, field, value):
    form = {"customer": acme.id, "type": "WEBINAR", "title": "On claims", field: value}

    answer = client.post(page(f"{ACTIVITIES}_add"), form)

    assert list(answer.context["adminform"].form.errors) == [field]
    assert not AdvocacyActivity.objects.exists()


def test_a_customer_of_others_is_not_to_be_had(client):
    foreign = AccountFactory.create().customer

    answer = client.post(page(f"{ACTIVITIES}_add"), {"customer": foreign.id, "type": "WEBINAR", "title": "x"})

    assert "Choose a customer of yours" in answer.content.decode()


def test_changes_what_was_changed_and_nothing_else(client, acme):
    activity = AdvocacyActivityFactory.create(customer=acme, title="Old", description="Long")
    AdvocacyActivity.objects.update(story="A story")

    client.post(
        page(f"{ACTIVITIES}_change", activity.id), {"type": "CASE_STUDY", "title": "New", "description": "Long"}
    )

    activity.refresh_from_db()
    assert (activity.title, activity.description, activity.story) == ("New", "Long", "A story")


def test_an_activity_is_asked_for_started_and_completed(client, acme):
    activity = AdvocacyActivityFactory.create(customer=acme)

    for step, form in (("ask", {}), ("start", {}), ("complete", {"outcome": "It helped", "outcome_value": "500"})):
        address = page(f"{ACTIVITIES}_{step}", activity.id)
        assert client.get(address).status_code == 200
        client.post(address, {"confirm": "yes", **form})

    activity.refresh_from_db()
    assert (activity.status, activity.outcome, activity.outcome_value) == ("COMPLETED", "It helped", 500)


def test_a_refused_ask_says_why_and_changes_nothing(client, acme):
    AdvocacyActivityFactory.create(customer=acme, status="CANCELLED", requested_at=timezone.now())
    activity = AdvocacyActivityFactory.create(customer=acme)

    seen = client.get(page(f"{ACTIVITIES}_ask", activity.id), follow=True)
    answer = client.post(page(f"{ACTIVITIES}_ask", activity.id), {"confirm": "yes"})

    assert [str(one)[:25] for one in seen.context["messages"]] == ["Acme cannot be asked now:"]
    assert "at most once in 90 days" in str(answer.context["form"].non_field_errors())
    assert not AdvocacyActivity.objects.filter(status="REQUESTED").exists()


def test_a_decline_needs_a_reason(client, acme):
    activity = AdvocacyActivityFactory.create(customer=acme)
    address = page(f"{ACTIVITIES}_decline", activity.id)

    assert "reason" in client.post(address, {}).context["form"].errors
    client.post(address, {"reason": "No time"})

    activity.refresh_from_db()
    assert (activity.status, activity.declined_reason) == ("DECLINED", "No time")


def test_offers_only_the_steps_that_follow(client, acme):
    activity = AdvocacyActivityFactory.create(
        customer=acme, type="WEBINAR", status="REQUESTED", requested_at=timezone.now()
    )

    shown = client.get(page(f"{ACTIVITIES}_change", activity.id)).content.decode()

    offered = {step for step in ("ask", "start", "complete", "decline", "cancel", "story") if f"/{step}/" in shown}
    assert offered == {"start", "decline", "cancel"}


def test_nobody_reaches_the_rows_of_others(client, mia):
    activity, opportunity = AdvocacyActivityFactory.create(), ExpansionOpportunityFactory.create()

    for step in ("ask", "start", "complete", "decline", "cancel", "story"):
        assert client.post(page(f"{ACTIVITIES}_{step}", activity.id), {"reason": "x"}).status_code == 404
    for step in ("pursue", "win", "lose", "dismiss"):
        answer = client.post(page(f"{EXPANSION}_{step}", opportunity.id), {"reason": "x", "amount": "1"})
        assert answer.status_code == 404
    assert activity.title not in client.get(page(f"{ACTIVITIES}_changelist")).content.decode()
    assert str(opportunity.customer) not in client.get(page(f"{EXPANSION}_changelist")).content.decode()
    assert AdvocacyActivity.objects.get().status == "PENDING"
    assert ExpansionOpportunity.objects.get().status == "OPEN"


def test_somebody_who_only_looks_takes_no_step(acme, mia):
    mia.user_permissions.set(Permission.objects.filter(codename__in=["view_advocacyactivity", "view_customer"]))
    activity = AdvocacyActivityFactory.create(customer=acme)
    looking = client_of(mia)

    assert looking.post(page(f"{ACTIVITIES}_ask", activity.id), {"confirm": "yes"}).status_code == 403
    assert looking.get(page(f"{ACTIVITIES}_story", activity.id)).status_code == 200
    assert looking.post(page(f"{ACTIVITIES}_story", activity.id), {"text": "x"}).status_code == 403
    activity.refresh_from_db()
    assert (activity.status, activity.story) == ("PENDING", "")


def test_who_is_ready_to_be_asked_is_listed_with_a_way_to_plan(client, acme):
    assert "Nobody at the moment" in client.get(page(f"{ACTIVITIES}_ready")).content.decode()
    acme.account.profile.nps_score = 9
    acme.account.profile.save()
    CustomerHealthFactory.create(customer=acme, level="EXCELLENT", score=90)

    shown = client.get(page(f"{ACTIVITIES}_ready")).content.decode()

    assert f"?customer={acme.id}" in shown
    assert "Excellent health, 90" in shown


def test_a_story_is_drafted_saved_and_printed(client, acme):
    activity = AdvocacyActivityFactory.create(customer=acme)
    address = page(f"{ACTIVITIES}_story", activity.id)
    assert "[Original pain point]" in client.get(address).content.decode()

    client.post(address, {"text": "## Ours\r\n**Customer**: <b>Acme</b>"})

    activity.refresh_from_db()
    assert activity.story == "## Ours\n**Customer**: <b>Acme</b>"
    assert "[Original pain point]" not in client.get(address).content.decode()
    assert "[Original pain point]" in client.get(f"{address}?again").content.decode()
    printed = client.get(f"{address}?print").content.decode()
    assert "<h1>Ours</h1>\n<p><strong>Customer</strong>: &lt;b&gt;Acme&lt;/b&gt;</p>" in printed


@pytest.mark.parametrize(
    ("text", "html"),
    [("- a **b** [c]", "<li>a <strong>b</strong> <mark>[c]</mark></li>"), ("\n\n", ""), ("### x", "<h2>x</h2>"),
     ("**<i>**", "<p><strong>&lt;i&gt;</strong></p>"), ("{0} {", "<p>{0} {</p>")],
)  # fmt: skip
def test_a_story_prints_its_own_marks_and_escapes_the_rest(text, html):
    assert story_html(text) == html


def test_an_opportunity_is_pursued_and_won(client, acme, mia):
    opportunity = ExpansionOpportunityFactory.create(customer=acme, estimated_revenue=4000)
    assert "4,000" in client.get(page(f"{EXPANSION}_changelist")).content.decode()

    client.post(page(f"{EXPANSION}_pursue", opportunity.id), {"confirm": "yes"})
    assert "amount" in client.post(page(f"{EXPANSION}_win", opportunity.id), {"amount": "0"}).context["form"].errors
    client.post(page(f"{EXPANSION}_win", opportunity.id), {"amount": "5000", "note": "More seats"})

    opportunity.refresh_from_db()
    assert (opportunity.status, opportunity.won_amount, opportunity.handled_by) == ("WON", 5000, mia)
    assert "Pursue" not in client.get(page(f"{EXPANSION}_change", opportunity.id)).content.decode()


def test_the_summary_counts_a_customer_with_several_signs_once(client, acme):
    for kind, revenue in (("ROI", 4000), ("SEVERAL_UNITS", 3000)):
        ExpansionOpportunityFactory.create(customer=acme, kind=kind, estimated_revenue=revenue, probability=50)
    ExpansionOpportunityFactory.create(estimated_revenue=9999)

    found = client.get(page(f"{EXPANSION}_changelist")).context["pipeline"]

    assert (found.open, found.pursued, found.revenue, found.weighted, found.won) == (2, 0, 4000, 2000, 0)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [({}, {"ROI"}), ({"status": "LOST"}, {"SEVERAL_UNITS"}), ({"status": "all"}, {"ROI", "SEVERAL_UNITS"}),
     ({"probability": "80"}, set()), ({"kind__exact": "ROI"}, {"ROI"}), ({"q": "no such"}, set()),
     ({"csm": "x"}, {"ROI"}), ({"probability": "x"}, {"ROI"})],
)  # fmt: skip
def test_the_list_is_narrowed(client, acme, query, kinds):
    ExpansionOpportunityFactory.create(customer=acme)
    ExpansionOpportunityFactory.create(customer=acme, kind="SEVERAL_UNITS", status="LOST", ended_at=timezone.now())

    shown = client.get(page(f"{EXPANSION}_changelist"), query).context["cl"].result_list

    assert {one.kind for one in shown} == kinds


def test_the_limits_are_one_row_that_administrators_edit():
    boss = client_of(person("berta", is_superuser=True))
    AdvocacyPolicy.objects.create()

    assert boss.get(page("customer_success_advocacypolicy_add")).status_code == 403
    form = {"asks": 2, "within_days": 60, "open_at_once": 1, "days_after_decline": 0, "min_nps": 8}
    boss.post(page("customer_success_advocacypolicy_change", 1), form)

    assert AdvocacyPolicy.objects.values_list("asks", "within_days", "min_nps").get() == (2, 60, 8)


def test_a_success_manager_chooses_the_owner_from_a_list(client):
    form = client.get(page(f"{ACTIVITIES}_add")).context["adminform"].form

    assert "mia" in {str(label) for _, label in form.fields["owner"].choices}
    assert "autocomplete" not in str(form["owner"])
