"""The list of customers, the page of one, the landing page: what they show and what they cost."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lifecycle.admin import paging
from lifecycle.models import Customer, CustomerFacts
from tests.factories import EventFactory, LifecycleFactory, StatusTagFactory, TransitionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:lifecycle_customer_changelist"


def page_of(customer):
    return reverse("admin:lifecycle_customer_change", args=[customer.id])


def names_in(answer):
    return {str(customer) for customer in answer.context["cl"].result_list}


def queries_for(client, *urls):
    """How many queries each page costs, with what a process remembers, without what the cache does."""
    counts = []
    for url in urls:
        client.get(url)
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        counts.append(len(caught))
    return counts


def test_pages_cost_the_same_number_of_queries_for_10_and_60_customers(client, shop):
    first = shop.customer(plan="plan 0")
    urls = [reverse(LIST), reverse(LIST) + "?in_commerce=CUSTOMER&plan=plan+0", page_of(first), reverse("admin:index")]
    for number in range(9):
        shop.customer(plan=f"plan {number}")
    before = queries_for(client, *urls)

    for number in range(50):
        shop.customer(plan=f"plan {number}")
        EventFactory(customer=first)

    assert queries_for(client, *urls) == before
    assert max(before) < 60  # with the panels of customer success


def test_the_list_shows_who_where_and_what(client, shop):
    shop.customer("VIP", name="Rosa Lind", email="rosa@example.com", plan="Team", product_tag="PT_001")

    page = client.get(reverse(LIST)).text

    for shown in ("Rosa Lind", "rosa@example.com", "VIP", "Team", "Pro"):
        assert shown in page


@pytest.mark.parametrize("text", ["C-1001", "C-10", "ROSA@", "rosa@example.com", "Rosa", "rosa l"])
def test_the_search_finds_by_the_beginning_of_id_email_and_name(client, shop, text):
    shop.customer(external_id="C-1001", name="Rosa Lind", email="Rosa@Example.com")
    shop.customer(external_id="D-2002", name="Carl Rosa", email="carl@example.com")

    answer = client.get(reverse(LIST), {"q": text})

    assert names_in(answer) == {"Rosa Lind"}


def test_the_search_takes_wildcards_as_they_are(client, shop):
    shop.customer(name="Rosa Lind")

    answer = client.get(reverse(LIST), {"q": "%"})

    assert names_in(answer) == set()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"in_commerce": "VIP"}, {"Vic"}),
        ({"in_commerce": "VIP,CUSTOMER"}, {"Vic", "Cora"}),
        ({"in_commerce": "*"}, {"Vic", "Cora"}),
        ({"in_commerce": "VIP,AT_RISK"}, {"Vic"}),
        ({"in_commerce": "-"}, set()),
        ({"in_commerce": "NONSENSE"}, set()),
        ({"plan": "Team"}, {"Vic"}),
        ({"plan": "Team", "in_commerce": "CUSTOMER"}, set()),
        ({"product_tag__exact": "PT_002"}, {"Cora"}),
    ],
)
def test_filters_by_tag_plan_and_product(client, shop, query, found):
    shop.customer("VIP", name="Vic", plan="Team")
    shop.customer("CUSTOMER", name="Cora", plan="Solo", product_tag="PT_002")

    answer = client.get(reverse(LIST), query)

    assert names_in(answer) == found
    assert "Show counts" not in answer.text  # would count a million customers for each choice


def test_each_active_lifecycle_has_a_column_and_a_filter(client, shop):
    shop.customer()
    StatusTagFactory(lifecycle=LifecycleFactory(name="Onboarding", code="onboarding"), name="Fresh")
    LifecycleFactory(name="Given up", is_active=False)

    page = client.get(reverse(LIST)).text

    assert "By tag in Onboarding" in page
    assert "Given up" not in page


def test_a_long_list_is_counted_to_a_limit(client, shop, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 3)
    for _ in range(5):
        shop.customer()

    page = client.get(reverse(LIST)).text

    assert "3+ customers" in page


def test_the_page_of_a_customer_explains_where_it_stands(client, shop):
    customer = shop.customer(external_id="C-1001", traits={"shoe size": 43}, plan="Team")

    page = client.get(page_of(customer)).text

    assert "shoe size" in page  # a trait
    assert "Total spend is more than 500" in page  # a condition that is not met
    assert "0 of 1 met" in page
    assert "unknown" in page  # never logged in
    assert "Number of orders is at least 1" in page  # why it moved here


def test_a_customer_nothing_is_known_of_has_a_page(client, db):
    customer = Customer.objects.create(
        external_id="bare", created_at="2026-01-01T00:00Z", updated_at="2026-01-01T00:00Z"
    )

    page = client.get(page_of(customer)).text

    assert "Nothing has happened yet" in page


def test_the_timeline_goes_back_page_by_page_and_misses_nothing(client, shop):
    customer = shop.customer()
    events = EventFactory.create_batch(60, customer=customer, occurred_at=customer.created_at)  # all at one instant
    moves = [
        TransitionFactory(
            customer=customer, lifecycle=shop.lifecycle, to_tag=shop.tag("VIP"), applied_at=customer.created_at
        )
        for _ in range(30)
    ]
    seen, url = [], page_of(customer)

    for _ in range(10):
        page = client.get(url).context["page"].timeline
        seen += page.entries
        if not page.earlier:
            break
        url = f"{page_of(customer)}?before={page.earlier.replace('+', '%2B')}"

    assert len(seen) == len({entry.place for entry in seen}) == len(events) + len(moves) + 3
    assert [entry.place for entry in seen] == sorted((entry.place for entry in seen), reverse=True)


@pytest.mark.parametrize("cursor", ["yesterday", "2026-01-01T00:00:00~1~5", "2026-01-01T00:00:00+00:00~1~9" + "9" * 30])
def test_a_broken_place_in_the_timeline_is_refused(client, shop, cursor):
    answer = client.get(page_of(shop.customer()), {"before": cursor})

    assert answer.status_code == 400


def test_what_customers_send_is_shown_and_never_run(client, shop):
    customer = shop.customer(name="<script>alert(1)</script>", plan="<b>Team</b>", traits={"<i>": "<img src=x>"})
    EventFactory(customer=customer, name="<u>bought</u>", properties={"<s>": "<q>"})

    pages = [client.get(url).text for url in (page_of(customer), reverse(LIST), reverse("admin:index"))]

    for tag in ("<script>alert", "<b>Team", "<i>", "<img src=x", "<u>bought", "<s>"):
        assert not any(tag in page for page in pages)


def test_the_landing_page_counts_customers_by_tag(client, shop):
    for code in ("VIP", "VIP", "AT_RISK"):
        shop.customer(code)

    (picture,) = client.get(reverse("admin:index")).context["pictures"]

    assert {bar.name: bar.customers for bar in picture.bars if bar.customers} == {"VIP": 2, "At risk": 1}
    assert [(bar.name, bar.share_shown) for bar in picture.categories] == [("Active", "67%"), ("At risk", "33%")]
    assert client.get(picture.bars[4].url).context["cl"].result_count == 2


def test_the_empty_landing_page_says_how_to_begin(client, db):
    page = client.get(reverse("admin:index")).text

    assert "import_orders" in page
    assert "POST /api/events" in page


def test_erases_after_a_question(client, shop, boss):
    customer = shop.customer(name="Zoe Example")
    page = reverse("admin:lifecycle_customer_erase", args=[customer.pk])

    asked = client.get(page)
    customer.refresh_from_db()
    assert "Erase Zoe Example for good?" in asked.text
    assert customer.name == "Zoe Example"

    answer = client.post(page, {"confirm": "yes"}, follow=True)

    customer.refresh_from_db()
    assert customer.is_erased
    assert "is erased." in answer.text
    assert "Zoe Example" not in answer.text


def test_only_who_may_delete_customers_finds_the_way_to_erase(client, sign_in, manager, shop):
    page = reverse("admin:lifecycle_customer_change", args=[shop.customer().pk])
    erase = page.replace("change", "erase")

    assert erase in client.get(page).text
    assert erase not in sign_in(manager).get(page).text


def test_finds_who_began_in_a_month_by_the_first_event_or_else_by_the_creation(client, shop):
    february, march = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    for name, created, first in (
        ("early", march, february), ("silent", february, None), ("late", february, march), ("new", march, None),
    ):  # fmt: skip
        customer = shop.customer(name=name)
        Customer.objects.filter(pk=customer.pk).update(created_at=created)
        CustomerFacts.objects.update_or_create(customer=customer, defaults={"first_event_at": first})

    assert names_in(client.get(reverse(LIST), {"enrolled": "2026-02"})) == {"early", "silent"}
    assert len(names_in(client.get(reverse(LIST), {"enrolled": "nonsense"}))) == 4
