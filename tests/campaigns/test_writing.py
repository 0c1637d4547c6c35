"""Steps write messages with the values of their customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.engine.kinds import CannotBeWritten, Work
from campaigns.engine.links import open_link
from campaigns.engine.writing import write_action, write_email, write_in_app, write_webhook
from campaigns.queries.definitions import read
from campaigns.queries.placeholders import LONGEST, placeholders, plain
from lifecycle.models import CustomerFacts
from tests.factories import (
    CustomerFactory,
    CustomerStatusFactory,
    DeliveryFactory,
    LifecycleFactory,
    MessageTemplateFactory,
    StatusTagFactory,
    StepRunFactory,
    TemplateTextFactory,
    TopicFactory,
    UserFactory,
)
from tests.factories.campaigns import THEN

pytestmark = pytest.mark.django_db
READ = {("owner", "name"), ("tag", "code"), ("metrics", "order_count")}


@pytest.fixture(autouse=True)
def address(settings):
    settings.PUBLIC_URL, settings.DEFAULT_FROM_EMAIL = "https://tenure.example", "Tenure <hello@tenure.example>"


@pytest.fixture
def mia():
    return UserFactory(first_name="Mia", last_name="Berg", email="mia@tenure.example")


@pytest.fixture
def ann(mia):
    return CustomerFactory(
        email="ann@example.com", name="Ann Lee", plan="pro", product_tag="PT_001", tier="TRIAL", owner=mia,
        timezone="Asia/Tokyo", traits={"language": "de-AT", "cities": ["Graz"]},
    )  # fmt: skip


@pytest.fixture
def tips():
    return TopicFactory(key="tips")


@pytest.fixture
def template():
    found = MessageTemplateFactory(key="hello")
    for language, word in (("en", "Hello"), ("de", "Hallo")):
        TemplateTextFactory(template=found, language=language, subject=f"{word} {{{{ customer.first_name }}}}")
    return found


def work(customer, data=None, message_class="marketing", **step):
    step = {"key": "say", "kind": "email", **({} if "kind" in step else {"template": "hello"}), **step}
    definition = {
        "lifecycle": "learning", "trigger": {"kind": "event", "name": "x"}, "topic": "tips",
        "message_class": message_class, "steps": [step],
    }  # fmt: skip
    run = StepRunFactory(enrollment__customer=customer, enrollment__data=data or {}, step="say", kind=step["kind"])
    found = read(definition)
    return Work(run, run.enrollment, found, found.steps[0])


def test_a_mail_is_in_the_language_of_the_customer(ann, template):
    mail = write_email(work(ann), THEN)

    assert (mail.channel, mail.recipient, mail.subject) == ("email", "ann@example.com", "Hallo Ann")
    assert "Hello Ann Lee" in mail.html
    assert mail.sender == "Tenure <hello@tenure.example>"


@pytest.mark.parametrize("language", [None, 7, "fr", ["de"], "\0"])
def test_whose_language_is_not_there_reads_the_default(ann, template, language):
    ann.traits = {"language": language}

    assert write_email(work(ann), THEN).subject == "Hello Ann"


def test_marketing_tells_mail_programs_how_to_unsubscribe(ann, template, tips):
    due = work(ann)
    DeliveryFactory(run=due.run, customer=ann)

    mail = write_email(due, THEN)

    url = mail.headers["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://tenure.example/m/u/")
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in mail.html
    link = open_link(url.rsplit("/", 1)[1])
    assert (link.customer, link.topic, link.delivery) == (ann, tips, due.run.delivery)
    assert mail.message_id == due.run.delivery.message_id
    assert due.run.delivery.language == "de"


def test_what_is_no_marketing_has_no_such_headers(ann, template):
    assert write_email(work(ann, message_class="transactional"), THEN).headers == {}


def test_a_mail_from_the_owner_has_our_address_and_answers_go_to_the_owner(ann, template):
    mail = write_email(work(ann, from_owner=True), THEN)

    assert (mail.sender, mail.reply_to) == ("Mia Berg <hello@tenure.example>", "mia@tenure.example")


def test_an_owner_cannot_write_a_header(ann, template, mia):
    mia.first_name = 'M\r\nBcc: x@example.com, "'
    mia.save()

    assert "\n" not in write_email(work(ann, from_owner=True), THEN).sender


def test_a_mail_from_nobody_is_from_us(ann, template):
    ann.owner = None
    ann.save()

    assert write_email(work(ann, from_owner=True), THEN).sender == "Tenure <hello@tenure.example>"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"template": "nothing"}, "There is no text of a message called nothing"),
        ({"subject": "Hello {{ customer.nickname }}"}, "subject, line 1: customer.nickname has no value"),
        ({"body": "Hello"}, "it is no MJML"),
    ],
)
def test_a_mail_that_cannot_be_written_says_why(ann, template, change, said):
    template.texts.update(**{name: text for name, text in change.items() if name != "template"} or {"preheader": ""})

    with pytest.raises(CannotBeWritten, match=said):
        write_email(work(ann, template=change.get("template", "hello")), THEN)


def test_a_template_without_its_default_language_says_so(ann, template):
    template.texts.filter(language="en").delete()
    ann.traits = {}

    with pytest.raises(CannotBeWritten, match="no text in en, its default language"):
        write_email(work(ann), THEN)


def test_a_message_in_the_app_has_title_text_and_address(ann):
    due = work(
        ann, {"module": 3}, kind="in_app", title="Module {{ event.module }}", body="Well done, {{ owner.first_name }}",
        url="/modules/{{ event.module }}",
    )  # fmt: skip

    message = write_in_app(due, THEN)

    assert (message.subject, message.text, message.payload) == ("Module 3", "Well done, Mia", {"url": "/modules/3"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "javascript:alert(1)"},
        {"url": "{{ event.url }}"},
        {"title": "{{ event.title }}"},
        {"url": "/{{ event.title }}{{ event.title }}"},
    ],
)
def test_a_message_in_the_app_with_a_bad_value_is_not_written(ann, wrong):
    data = {"url": "data:text/html,x", "title": "x" * 300}
    due = work(ann, data, **{"kind": "in_app", "title": "Hello", "body": "there", **wrong})

    with pytest.raises(CannotBeWritten):
        write_in_app(due, THEN)


def test_an_action_is_told_with_its_values_however_deep(ann):
    parameters = {"days": 7, "say": ["{{ customer.first_name }}", {"plan": "{{ customer.plan }}"}], "raw": "100 %"}
    due = work(ann, kind="action", action="extend_trial", parameters=parameters)

    message = write_action(due, THEN + timedelta(hours=9))

    assert message.recipient == "actions"
    assert message.payload == {
        "type": "action.extend_trial",
        "timestamp": due.enrollment.entered_at.isoformat(),
        "data": {
            "campaign": due.run.campaign.key, "step": "say", "customer_id": ann.external_id, "action": "extend_trial",
            "parameters": {"days": 7, "say": ["Ann", {"plan": "pro"}], "raw": "100 %"},
        },
    }  # fmt: skip


def test_a_webhook_that_was_put_off_says_the_same_when_it_is_repeated(ann):
    due = work(ann, kind="webhook", endpoint="crm", payload={"plan": "{{ customer.plan }}"})
    first = write_webhook(due, THEN)
    due.run.due_at += timedelta(hours=6)

    assert write_webhook(due, THEN + timedelta(hours=6)).payload == first.payload


def test_a_webhook_names_the_place_of_a_mistake(ann):
    due = work(ann, kind="webhook", endpoint="crm", payload={"list": [{"x": "{{ customer.nickname }}"}]})

    with pytest.raises(CannotBeWritten, match=r"payload.list\[0\].x, line 1: customer.nickname has no value"):
        write_webhook(due, THEN)


def test_values_are_those_of_the_customer(ann):
    learning = LifecycleFactory(code="learning")
    CustomerStatusFactory(customer=ann, lifecycle=learning, tag=StatusTagFactory(lifecycle=learning, code="ST_1"))
    CustomerFacts.objects.filter(customer=ann).update(order_count=4)

    found = placeholders([ann], lifecycle="learning", read=READ, now=THEN.replace(hour=20))[ann.pk]

    assert found["customer"] == {
        "name": "Ann Lee", "first_name": "Ann", "email": "ann@example.com", "id": ann.external_id, "plan": "pro",
        "product": "Pro", "tier": "Trial", "today": "2026-03-03",
    }  # fmt: skip
    assert found["owner"] == {"name": "Mia Berg", "first_name": "Mia", "email": "mia@tenure.example"}
    assert found["tag"]["code"] == "ST_1"
    assert found["metrics"] == {"order_count": 4}
    assert found["traits"] == {"language": "de-AT", "cities": ["Graz"]}


def test_a_customer_without_anything_has_empty_values():
    bob = CustomerFactory(name=None, email=None)

    found = placeholders([bob], lifecycle="nothing", read=READ, now=THEN)[bob.pk]

    assert found["owner"] == found["tag"] == found["metrics"] == {}
    assert found["customer"]["name"] == ""


def test_a_batch_takes_as_many_statements_as_one(ann, django_assert_num_queries):
    many = [ann, *CustomerFactory.create_batch(20)]
    for customers in ([ann], many):
        with django_assert_num_queries(2):
            assert len(placeholders(customers, lifecycle="x", read=READ, now=THEN)) == len(customers)


def test_only_what_a_text_reads_is_looked_up(ann, template, django_assert_num_queries):
    due = work(ann)
    DeliveryFactory(run=due.run, customer=ann)
    write_email(due, THEN)

    with django_assert_num_queries(1):
        write_email(due, THEN)


def test_what_events_bring_is_bounded():
    deep = {"a": {"b": {"c": {"d": 1}}}}

    assert plain(deep) == {"a": {"b": {"c": None}}}
    assert len(plain("x" * 9_000)) == LONGEST
    assert len(plain(list(range(500)))) == 100
    assert plain(object()) is None
