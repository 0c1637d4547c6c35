"""What a customer says is kept, and its last word counts."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from pghistory.models import Events

from campaigns.engine.consent import choose_topics, give_consent, release_suppression, suppress, withdraw_consent
from campaigns.models import Consent, ConsentEntry, Suppression
from campaigns.queries.contact import digest_of, preferences_of, suppressed
from campaigns.rules.consent import agrees
from tests.factories import CustomerFactory, DeliveryFactory, TopicFactory, UserFactory
from tests.factories.campaigns import THEN

from .posting import hears

pytestmark = pytest.mark.django_db
LATER = THEN + timedelta(hours=1)


def said(of, topic=None, now=THEN, **more):
    return {"customers": of, "topic": topic, "wording": "Yes or no?", "source": "api", "by": None, "now": now, **more}


@pytest.fixture
def ann():
    return CustomerFactory(email="Ann@Example.com")


@pytest.fixture
def tips():
    return TopicFactory(key="tips")


def test_without_a_word_marketing_is_wanted(ann, tips):
    assert hears(ann)
    assert hears(ann, "")


def test_a_topic_that_asks_first_takes_a_yes(ann):
    topic = TopicFactory(key="beta", is_opt_in=True)
    assert not hears(ann, "beta")

    give_consent(**said([ann], topic))

    assert hears(ann, "beta")


def test_a_no_to_a_topic_leaves_the_others(ann, tips):
    TopicFactory(key="offers")

    withdraw_consent(**said([ann], tips))

    assert not hears(ann)
    assert hears(ann, "offers")
    assert hears(ann, "")


def test_a_no_to_everything_counts_whatever_was_said_about_topics(ann, tips):
    give_consent(**said([ann], tips))

    withdraw_consent(**said([ann], now=LATER))

    assert not hears(ann)
    assert not hears(ann, "")


def test_after_a_no_to_everything_a_yes_to_a_topic_opens_this_one_alone(ann, tips):
    offers = TopicFactory(key="offers")
    give_consent(**said([ann], offers))
    withdraw_consent(**said([ann], now=LATER))

    give_consent(**said([ann], tips, now=LATER + timedelta(hours=1)))

    assert hears(ann)
    assert not hears(ann, "offers")


@pytest.mark.parametrize(
    ("general", "own", "wanted", "wanted_if_it_asks_first"),
    [
        (None, None, True, False),
        (None, True, True, True),
        (None, False, False, False),
        (True, None, True, False),
        (True, True, True, True),
        (True, False, False, False),
        (False, None, False, False),
        (False, True, False, False),
        (False, False, False, False),
    ],
)
def test_what_was_said_about_the_topic_and_about_everything(general, own, wanted, wanted_if_it_asks_first):
    words = {topic: word for topic, word in ((None, general), (7, own)) if word is not None}

    assert agrees(words, 7) is wanted
    assert agrees(words, 7, is_opt_in=True) is wanted_if_it_asks_first


def test_a_word_holds_for_all_customers_with_the_address(ann, tips):
    other, stranger = CustomerFactory(email="ann@EXAMPLE.com"), CustomerFactory(email="ben@example.com")

    assert withdraw_consent(**said([ann], tips)) == 2

    assert not hears(other)
    assert hears(stranger)


def test_customers_without_an_address_are_not_one(tips):
    one, other = CustomerFactory(email=None), CustomerFactory(email=None)

    withdraw_consent(**said([one], tips))

    assert hears(other)


def test_who_gets_the_address_of_a_no_later_is_not_written_to(ann, tips):
    withdraw_consent(**said([ann], tips))
    moved = CustomerFactory(email="ben@example.com")
    moved.email = "ANN@example.com"

    assert not hears(CustomerFactory(email="ann@example.com"))
    assert not hears(moved)


def test_a_later_yes_of_the_address_lifts_its_no(ann, tips):
    TopicFactory(key="offers")
    withdraw_consent(**said([ann]))
    later = CustomerFactory(email="ann@example.com")

    give_consent(**said([later], tips, now=LATER))

    assert hears(later)
    assert hears(CustomerFactory(email="ann@example.com"))
    assert not hears(CustomerFactory(email="ann@example.com"), "offers")


def test_a_yes_that_another_address_said_does_not_lift_it(ann, tips):
    withdraw_consent(**said([ann], tips))
    ben = CustomerFactory(email="ben@example.com")
    give_consent(**said([ben], tips, now=LATER))
    ben.email = "ann@example.com"

    assert not hears(ben)


def test_a_no_stays_with_the_customer_whatever_its_address_is(ann, tips):
    withdraw_consent(**said([ann], tips))
    ann.email = "new@example.com"

    assert not hears(ann)
    assert hears(CustomerFactory(email="new@example.com"))


def test_a_no_in_answer_to_a_mail_is_that_of_the_address_it_went_to(tips):
    moved = CustomerFactory(email="new@example.com")
    mail = DeliveryFactory(customer=moved, run__enrollment__customer=moved, recipient="old@example.com")

    withdraw_consent(**said([moved], tips, delivery=mail))

    assert not hears(CustomerFactory(email="Old@example.com"))
    assert not hears(CustomerFactory(email="new@example.com"))


def test_a_customer_says_no_itself_where_its_address_has_said_so_before(ann, tips):
    withdraw_consent(**said([ann], tips))
    later = CustomerFactory(email="ann@example.com")

    assert withdraw_consent(**said([later], tips, now=LATER)) == 1

    later.email = "ben@example.com"
    assert not hears(later)


def test_every_word_is_kept_with_what_was_read(ann, tips):
    mia = UserFactory()
    give_consent(**said([ann], tips, source="import"))
    withdraw_consent(**said([ann], tips, now=LATER, by=mia, source="admin"))

    entries = ConsentEntry.objects.filter(customer=ann).values_list("is_given", "wording", "source", "at", "by")

    assert list(entries) == [
        (False, "Yes or no?", "admin", LATER, mia.pk),
        (True, "Yes or no?", "import", THEN, None),
    ]
    assert Consent.objects.get(customer=ann).changed_at == LATER


def test_a_no_that_stands_is_not_noted_again(ann, tips):
    withdraw_consent(**said([ann], tips))

    assert withdraw_consent(**said([ann], tips, now=LATER)) == 0
    assert ConsentEntry.objects.count() == 1


def test_choosing_topics_notes_what_changes(ann, tips):
    offers, beta = TopicFactory(key="offers"), TopicFactory(key="beta", is_opt_in=True)
    choice = said([ann])
    del choice["topic"]

    choose_topics(chosen={tips.pk, beta.pk}, **choice)

    assert {one.topic.key for one in preferences_of(ann) if one.is_wanted} == {"tips", "beta"}
    assert set(ConsentEntry.objects.values_list("topic", "is_given")) == {(offers.pk, False), (beta.pk, True)}

    choose_topics(chosen={tips.pk, beta.pk}, **choice)

    assert ConsentEntry.objects.count() == 2


def test_a_batch_takes_as_many_statements_as_one(ann, tips, django_assert_num_queries):
    many = [ann, *CustomerFactory.create_batch(20)]
    for customers in ([ann], many):
        with django_assert_num_queries(8):
            give_consent(**said(customers, tips))


def test_a_suppressed_address_is_known_however_it_is_spelled(ann):
    assert suppress(address=" ANN@example.com", reason="hard_bounce", by=None, now=THEN)

    assert suppressed(["ann@example.com", "Ann@Example.com", "ben@example.com"]) == {
        "ann@example.com",
        "Ann@Example.com",
    }
    assert not suppress(address="ann@example.com", reason="by_hand", by=None, now=LATER)
    assert Suppression.objects.get().reason == "hard_bounce"


def test_a_complaint_weighs_more():
    suppress(address="ann@example.com", reason="soft_bounces", by=None, now=THEN)
    suppress(address="ann@example.com", reason="complaint", by=None, now=LATER)
    suppress(address="ann@example.com", reason="hard_bounce", by=None, now=LATER)

    assert Suppression.objects.get().reason == "complaint"


def test_a_suppression_outlives_its_address():
    suppress(address="ann@example.com", reason="complaint", by=None, now=THEN)
    Suppression.objects.update(address="")

    assert suppressed(["ann@example.com"])
    assert "ann" not in digest_of("ann@example.com")


def test_an_address_that_is_released_may_be_written_to():
    suppress(address="ann@example.com", reason="by_hand", by=None, now=THEN)
    listed = Suppression.objects.get()

    released = {"suppression": listed, "reason": "It exists again.", "by": None, "now": LATER}

    assert release_suppression(**released)
    kept = Events.objects.tracks(listed).last()
    assert (kept.pgh_label, kept.pgh_context["reason"], kept.pgh_data["digest"]) == (
        "delete", "It exists again.", digest_of("ann@example.com")
    )  # fmt: skip
    assert "address" not in kept.pgh_data
    assert not release_suppression(**released)
    assert not suppressed(["ann@example.com"])


@pytest.mark.django_db(transaction=True)
def test_a_word_waits_for_who_holds_the_customer_and_two_at_once_leave_one_latest_word():
    ann, tips = CustomerFactory(email="ann@example.com"), TopicFactory()
    CustomerFactory(email="ann@example.com")
    done = []

    def say(number):
        given = give_consent if number % 2 else withdraw_consent
        given(**said([ann], tips, now=THEN + timedelta(minutes=number)))
        done.append(number)
        connections.close_all()

    threads = [Thread(target=say, args=[number]) for number in range(6)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM lifecycle_customer WHERE id = %s FOR NO KEY UPDATE", [ann.pk])
        for thread in threads:
            thread.start()
        threads[0].join(0.5)
        assert not done
    for thread in threads:
        thread.join(20)

    assert len(done) == 6
    assert Consent.objects.count() == 2
    latest = ConsentEntry.objects.filter(customer=ann).order_by("id").last()
    assert Consent.objects.get(customer=ann).is_given == latest.is_given
