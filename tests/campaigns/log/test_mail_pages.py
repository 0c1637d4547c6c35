"""Templates with their preview, and the local mailbox."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from campaigns.channels.mailbox import keep
from campaigns.models import MessageTemplate, TemplateText
from tests.factories import CustomerFactory, DeliveryFactory, MessageTemplateFactory, TemplateTextFactory

pytestmark = pytest.mark.django_db
MAILBOX = reverse("admin:campaigns_delivery_mailbox")
MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section></mj-body></mjml>"


def texts(**values: str) -> dict[str, str]:
    return {"subject": "Hello", "preheader": "", "body": MJML.format("Hello"), "text": "", **values}


def page(template: MessageTemplate, name: str, *more: str) -> str:
    return reverse(f"admin:campaigns_messagetemplate_{name}", args=[template.pk, *more])


def test_writes_a_message_in_another_language(desk: Any) -> None:
    template = TemplateTextFactory().template

    desk.post(page(template, "add_text"), texts(language="de", subject="Hallo"))

    assert template.texts.get(language="de").subject == "Hallo"


@pytest.mark.parametrize("language", ["", "en", "not a language", "d\x00e", "x" * 40])
def test_refuses_a_language_that_is_none_or_there_already(desk: Any, language: str) -> None:
    template = TemplateTextFactory().template

    answer = desk.post(page(template, "add_text"), texts(language=language))

    assert answer.context["form"].errors["language"]
    assert template.texts.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""),
        ("subject", "Hello {{ customer.name"),
        ("subject", "x" * 301),
        ("body", "no MJML"),
        ("body", MJML.format("{% include 'x' %}")),
        ("body", MJML.format("\x00")),
    ],
)
def test_says_at_the_field_what_is_wrong_and_saves_nothing(desk: Any, field: str, value: str) -> None:
    text = TemplateTextFactory()

    answer = desk.post(page(text.template, "text", "en"), texts(**{field: value}))

    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert TemplateText.objects.get().body == text.body


def test_previews_what_is_being_written_with_a_customer_and_saves_nothing(desk: Any) -> None:
    text, customer = TemplateTextFactory(), CustomerFactory(name="Ann Lee")
    body = MJML.format("Dear {{ customer.name }}")
    asked = texts(subject="For {{ customer.name }}", body=body, customer=customer.external_id)

    live = desk.post(page(text.template, "preview"), asked).content.decode()
    without_scripts = desk.post(page(text.template, "text", "en"), {**asked, "preview": "yes"}).content.decode()

    for shown in (live, without_scripts):
        assert "For Ann Lee" in shown
        assert "Dear Ann Lee" in shown
    assert TemplateText.objects.get().subject == text.subject


def test_a_preview_is_boxed_and_its_text_does_not_break_out(desk: Any) -> None:
    template = TemplateTextFactory().template
    body = MJML.format('&quot;&gt;<b onclick="alert(1)">x</b>')

    shown = desk.post(page(template, "preview"), texts(body=body)).content.decode()

    assert 'sandbox="allow-popups' in shown
    assert "allow-scripts" not in shown
    assert "<b onclick" not in shown


def test_a_preview_names_no_customer_of_another_s_portfolio(mia: Any, desk_of: Any) -> None:
    template, customer = TemplateTextFactory().template, CustomerFactory(name="Hidden Person")
    asked = texts(subject="For {{ customer.name }}", customer=customer.external_id)

    shown = desk_of(mia).post(page(template, "preview"), asked).content.decode()

    assert "Hidden Person" not in shown
    assert "No customer of yours is found" in shown


@pytest.mark.parametrize("customer", ["nobody", "a\x00", "x" * 5_000])
def test_a_preview_for_nobody_shows_the_names_of_values(desk: Any, customer: str) -> None:
    template = TemplateTextFactory().template

    shown = desk.post(page(template, "preview"), texts(customer=customer))

    assert shown.status_code == 200
    assert "No customer of yours is found" in shown.content.decode()


def test_a_preview_of_what_is_wrong_says_so(desk: Any) -> None:
    template = TemplateTextFactory().template

    shown = desk.post(page(template, "preview"), texts(body="no MJML")).content.decode()

    assert "Body: it is no MJML" in shown


def test_a_message_without_text_says_what_to_do(desk: Any) -> None:
    template = MessageTemplateFactory()

    assert "Not written yet" in desk.get(page(template, "change")).content.decode()
    assert "Write a subject and a body" in desk.get(page(template, "add_text")).content.decode()


@pytest.mark.parametrize("to", ["", "no address", "nobody@tenure.example"])
def test_a_test_goes_to_nobody_else_and_what_was_written_stays(desk: Any, to: str) -> None:
    template = TemplateTextFactory().template
    written = texts(subject="Written since", to=to, test="yes")

    answer = desk.post(page(template, "text", "en"), written).content.decode()

    assert "Nothing was sent" in answer
    assert 'value="Written since"' in answer


def test_a_test_sends_what_is_written_and_saves_nothing(desk: Any, boss: Any, mailbox: Path) -> None:
    text = TemplateTextFactory()
    written = texts(subject="Written since", to=boss.email, test="yes")

    answer = desk.post(page(text.template, "text", "en"), written).content.decode()

    assert f"Sent to {boss.email}." in answer
    assert "[Test] Written since" in desk.get(MAILBOX).content.decode()
    assert TemplateText.objects.get().subject == text.subject


def test_whoever_adds_a_message_writes_its_text_next(desk: Any) -> None:
    added = desk.post(
        reverse("admin:campaigns_messagetemplate_add"),
        {"name": "Hello", "key": "hello", "default_language": "de", "description": ""}, follow=True,
    )  # fmt: skip

    shown = added.content.decode()
    assert added.redirect_chain[-1][0] == page(MessageTemplate.objects.get(), "add_text")
    assert added.context["form"]["language"].value() == "de"
    assert "The text of Hello" in shown
    assert "customer.first_name" in shown


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Path:
    settings.TENURE_HOME = tmp_path
    settings.EMAIL_BACKEND = "campaigns.channels.mailbox.EmailBackend"
    return tmp_path / "mailbox"


def kept(subject: str, *, html: str = "", **headers: str) -> str:
    mail = EmailMessage()
    mail["Subject"], mail["To"] = subject, "ann@example.com"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("In words.")
    if html:
        mail.add_alternative(html, subtype="html")
    return keep(mail.as_bytes()).stem


def mail_page(name: str) -> str:
    return reverse("admin:campaigns_delivery_mail", args=[name])


@pytest.mark.usefixtures("mailbox")
def test_lists_the_latest_mails_first_and_finds_by_subject(desk: Any) -> None:
    kept("First"), kept("Second")

    shown = [one.subject for one in desk.get(MAILBOX).context["mails"]]
    found = [one.subject for one in desk.get(MAILBOX, {"q": "FIRST"}).context["mails"]]

    assert shown == ["Second", "First"]
    assert found == ["First"]


@pytest.mark.usefixtures("mailbox")
def test_shows_a_mail_in_a_box_with_text_headers_and_its_delivery(desk: Any) -> None:
    delivery = DeliveryFactory()
    name = kept("Hello", html="<script>alert(1)</script><p>Bold</p>", X_Tenure_Delivery=str(delivery.message_id))

    text = desk.get(mail_page(name)).content.decode()

    assert "<script>alert(1)" not in text
    assert "&lt;p&gt;Bold" in text
    assert "In words." in text
    assert reverse("admin:campaigns_delivery_change", args=[delivery.pk]) in text


@pytest.mark.parametrize("name", ["..", "20260302T090000.000000Z-0123abcd", "passwd", "x" * 200])
def test_opens_nothing_but_mails(desk: Any, mailbox: Path, name: str) -> None:
    mailbox.mkdir()
    (mailbox / "passwd.eml").write_text("Subject: no\n\n")

    answer = desk.get(mail_page(name), follow=True)

    assert "There is no such mail" in answer.content.decode()


@pytest.mark.usefixtures("mailbox")
def test_a_broken_mail_opens_too(desk: Any) -> None:
    name = keep(b"\xff\xfe broken\r\nContent-Type: text/html; charset=none-such\r\n\r\n\xff<p>x").stem

    assert desk.get(MAILBOX).status_code == 200
    assert desk.get(mail_page(name)).status_code == 200


@pytest.mark.usefixtures("mailbox")
def test_who_has_a_portfolio_does_not_read_everybody_s_mails(mia: Any, desk_of: Any) -> None:
    name = kept("Hello")

    assert desk_of(mia).get(MAILBOX).status_code == 403
    assert desk_of(mia).get(mail_page(name)).status_code == 403


def test_stands_in_the_menu_only_where_mails_are_kept(desk: Any, settings: Any, mailbox: Path) -> None:
    assert MAILBOX in desk.get(reverse("admin:index")).content.decode()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert MAILBOX not in desk.get(reverse("admin:index")).content.decode()
    assert "Mails go to their recipients here" in desk.get(MAILBOX).content.decode()
