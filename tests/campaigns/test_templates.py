"""Texts of messages are checked before they are saved, and tried by one's own people."""

from __future__ import annotations

import pytest

from campaigns.channels.port import Accepted, Refused
from campaigns.engine import templates
from campaigns.engine.consent import suppress
from campaigns.engine.templates import Problem, TemplateRefused, advice, lint, preview, save_text, send_test
from campaigns.models import TemplateText
from tests.factories import (
    CustomerFactory,
    EnrollmentFactory,
    MessageTemplateFactory,
    UserFactory,
)
from tests.factories.campaigns import THEN, SendingSwitchFactory


def texts(text="Hello", **more):
    body = f"<mjml><mj-body><mj-section><mj-column><mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>"
    return {"subject": "News", "body": body, **more}


def found(**written):
    return [(one.field, one.message) for one in lint(texts=texts(**written), language="en")]


def test_a_text_with_known_names_has_no_problems():
    written = """{{ customer.first_name }} {{ owner.name }} {{ metrics.order_count | plus: 1 }} {{ traits.anything }}
        {% for one in event.items %}{{ one.price | round: 2 }}{% endfor %} {{ tag.name }} {{ unsubscribe_url }}
        {{ event.day | default: '2026-03-01' | date: '%B' }}"""

    assert found(text=written) == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"subject": "{{ custmer.name }}"}, ("subject", "There is no custmer; did you mean customer?")),
        ({"text": "{{ customer.nmae }}"}, ("body", "There is no customer.nmae; did you mean customer.name?")),
        (
            {"text": "{{ metrics.order_cuont }}"},
            ("body", "There is no metrics.order_cuont; did you mean metrics.order_count?"),
        ),
        ({"preheader": "{{ zzz }}"}, ("preheader", "There is no zzz; there are customer, owner, tag, metrics")),
        ({"text": "a\n{% if %}"}, ("body", "Line 2: ")),
        ({"text": "{{ customer.name | foo }}"}, ("body", "Line 1: unknown filter 'foo'; known are abs")),
        ({"subject": ""}, ("subject", "it is empty")),
        ({"subject": "a\nb"}, ("subject", "it has more than one line")),
        ({"text": "<script>x</script>"}, ("body", "Mail programs run no scripts")),
        ({"text": "a\0b"}, ("body", "it has a control character in it")),
        ({"body": "Hello"}, ("body", "it is no MJML")),
        ({"body": ""}, ("body", "it is no MJML")),
        ({"text": "x" * 100_001}, ("body", "100,100 characters are too many")),
    ],
)
def test_a_mistake_is_told_at_its_field(written, problem):
    (field, message), *others = found(**written)

    assert field == problem[0]
    assert message.startswith(problem[1])
    assert others == []


def test_values_that_some_customers_lack_are_named():
    written = texts(
        "{{ customer.first_name }} {{ customer.plan | default: 'free' }} {{ event.total }} {{ customer.id }}"
    )

    told = advice(texts=written, language="en")

    assert [one.message.split()[2] for one in told[:2]] == ["customer.first_name", "event.total"]
    assert "no link to unsubscribe" in told[2].message
    assert len(told) == 3


@pytest.mark.django_db
def test_what_is_wrong_is_not_saved():
    template = MessageTemplateFactory()

    with pytest.raises(TemplateRefused, match="There is no custmer"):
        save_text(template=template, language="en", texts=texts("{{ custmer }}"), by=None, now=THEN)

    assert not TemplateText.objects.exists()


@pytest.mark.django_db
def test_a_language_is_saved_once_and_again():
    template = MessageTemplateFactory()
    for subject in ("One", "Two"):
        save_text(template=template, language="de", texts=texts(subject=subject), by=None, now=THEN)

    saved = TemplateText.objects.get()
    assert (saved.language, saved.subject, saved.preheader) == ("de", "Two", "")


@pytest.mark.django_db
def test_a_preview_shows_names_or_the_values_of_a_customer():
    written = texts("Hello {{ customer.name }}, {{ event.total }}")
    ann = CustomerFactory(name="Ann <b>")

    assert "Hello [customer.name], [event.total]" in preview(texts=written, language="en", customer=None, now=THEN).html
    assert "Hello Ann &lt;b&gt;, [event.total]" in preview(texts=written, language="en", customer=ann, now=THEN).html

    EnrollmentFactory(customer=ann, data={"total": 12.5})
    assert preview(texts=written, language="en", customer=ann, now=THEN).text.startswith("Hello Ann <b>, 12.5")


def test_a_preview_names_what_no_message_has():
    with pytest.raises(TemplateRefused, match=r"There is no customer\.nmae; did you mean customer\.name\?"):
        preview(texts=texts("Hello {{ customer.nmae }}"), language="en", customer=None, now=THEN)


@pytest.mark.django_db
def test_a_preview_of_a_customer_without_a_value_says_so():
    bob = CustomerFactory(name=None)

    with pytest.raises(TemplateRefused) as refused:
        preview(texts=texts("Hello {{ customer.name }}"), language="en", customer=bob, now=THEN)

    assert refused.value.problems[0].field == "body"
    assert "customer.name has no value" in refused.value.problems[0].message


class _Port:
    def __init__(self, result):
        self.result, self.sent = result, []

    def send(self, message, *, seconds):
        self.sent.append(message)
        return self.result


@pytest.fixture
def port(monkeypatch):
    found = _Port(Accepted("memory"))
    monkeypatch.setattr(templates, "port_for", lambda channel: found)
    return found


@pytest.mark.django_db
def test_a_test_goes_to_a_user(port):
    mia = UserFactory(email="mia@tenure.example")

    send_test(texts=texts(subject="Welcome"), language="en", customer=None, to="Mia@tenure.example", by=mia, now=THEN)

    assert [(one.recipient, one.subject) for one in port.sent] == [("Mia@tenure.example", "[Test] Welcome")]


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["ann@example.com", "gone@tenure.example", "", "a\r\nBcc: b@example.com"])
def test_a_test_goes_to_nobody_else(port, to):
    UserFactory(email="gone@tenure.example", is_active=False)
    UserFactory(email="")

    with pytest.raises(TemplateRefused):
        send_test(texts=texts(subject="Welcome"), language="en", customer=None, to=to, by=None, now=THEN)

    assert port.sent == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("close", "why"),
    [
        (lambda settings: SendingSwitchFactory(channel=""), "switched off"),
        (lambda settings: SendingSwitchFactory(channel="email"), "switched off"),
        (lambda settings: suppress(address="mia@tenure.example", reason="by_hand", by=None, now=THEN), "suppression"),
        (lambda settings: setattr(settings, "CAMPAIGN_ALLOWED_RECIPIENTS", ["@else.example"]), "allowed recipients"),
    ],
)
def test_what_stops_all_messages_stops_tests_too(port, settings, close, why):
    mia = UserFactory(email="mia@tenure.example")
    close(settings)

    with pytest.raises(TemplateRefused, match=why):
        send_test(texts=texts(subject="Welcome"), language="en", customer=None, to=mia.email, by=mia, now=THEN)

    assert port.sent == []


@pytest.mark.django_db
def test_a_test_that_is_refused_says_why(port):
    port.result = Refused("smtp", "There is no such box.")
    mia = UserFactory(email="mia@tenure.example")

    with pytest.raises(TemplateRefused) as refused:
        send_test(texts=texts(subject="Welcome"), language="en", customer=None, to=mia.email, by=mia, now=THEN)

    assert refused.value.problems == (Problem("", "There is no such box."),)
